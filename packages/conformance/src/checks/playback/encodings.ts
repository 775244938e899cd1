/** The same message in JSON and in binary. */
import { grantRequestCodec, grantResponseCodec } from "@segue/core/wire";
import fc from "fast-check";
import { check, type Step } from "../../runner/check";
import type { Listener } from "../../subjects/subject";
import { CODEC } from "../grants";
import { type RegisteredDevice, registeredDevice } from "../register";

const JSON_TYPE = "application/json";
const PROTOBUF = "application/x-protobuf";

type EncodeStep = Step & {
  readonly do: "ask";
  readonly sent: typeof JSON_TYPE | typeof PROTOBUF;
  readonly accept: "none" | "json" | "protobuf" | "any" | "json rather" | "protobuf rather";
};

const ACCEPT = {
  none: undefined,
  json: JSON_TYPE,
  protobuf: PROTOBUF,
  any: "*/*",
  "json rather": `${PROTOBUF};q=0.5, ${JSON_TYPE}`,
  "protobuf rather": `${JSON_TYPE};q=0.5, ${PROTOBUF}`,
} as const;

export const encodings = check<EncodeStep, { listener: Listener; device: RegisteredDevice }>({
  id: "playback/encodings",
  title: "Messages travel in JSON and in binary, and answers in the encoding that is preferred",
  requirements: ["TERM-008", "TERM-009", "TERM-010"],
  runs: 8,
  unless: (facts) => (facts.playable.length === 0 ? "the catalog has no playable track" : null),
  steps: () =>
    fc.array(
      fc.record({
        do: fc.constant("ask" as const),
        sent: fc.constantFrom(JSON_TYPE, PROTOBUF),
        accept: fc.constantFrom(...(Object.keys(ACCEPT) as (keyof typeof ACCEPT)[])),
      }),
      { minLength: 1, maxLength: 5 },
    ),
  async begin(run) {
    const listener = await run.listener();
    return { listener, device: await registeredDevice(run, listener) };
  },
  async perform(run, { listener, device }, { sent, accept }) {
    const trackId = run.subject.facts.playable[0]!.id;
    const json = { deviceId: device.id, items: [{ trackId }], codecs: [CODEC.vorbis] };
    const body =
      sent === JSON_TYPE ? JSON.stringify(json) : grantRequestCodec.toBytes(grantRequestCodec.fromJson(json));
    const wanted = ACCEPT[accept];
    const answer = await run.http.ask("POST", "/v1/playback/grants", {
      token: listener.accessToken,
      body,
      headers: { "content-type": sent, ...(wanted ? { accept: wanted } : {}) },
      as: "/v1/playback/grants {1 track}",
    });
    run.same(sent === JSON_TYPE ? "TERM-008" : "TERM-009", answer.status, 200, "status");
    const other = accept.startsWith("json") ? JSON_TYPE : accept.startsWith("protobuf") ? PROTOBUF : sent;
    const type = (answer.headers.get("content-type") ?? "").split(";")[0];
    run.same("TERM-010", type, other, "Content-Type");
    const read = () =>
      type === JSON_TYPE
        ? grantResponseCodec.fromJson(answer.json)
        : grantResponseCodec.fromBytes(answer.bytes);
    let results = -1;
    try {
      results = read().results.length;
    } catch {
      // Judged below.
    }
    run.same("TERM-010", results, 1, "a readable answer with results:");
  },
});
