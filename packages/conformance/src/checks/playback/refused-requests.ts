/** Grant requests that break the specification, each in one way. */
import { expectProblem } from "../../models/answers";
import { check, everyOne, type Step } from "../../runner/check";
import type { Execution } from "../../runner/execution";
import type { Listener } from "../../subjects/subject";
import { askGrants, CODEC } from "../grants";
import { type RegisteredDevice, registeredDevice } from "../register";

type FaultStep = Step & { readonly do: "ask"; readonly fault: keyof typeof FAULTS };

interface State {
  readonly listener: Listener;
  readonly device: RegisteredDevice;
  readonly other: Listener;
  readonly otherDevice: RegisteredDevice;
  readonly trackId: string;
}

const items = (trackIds: readonly string[]) => trackIds.map((trackId) => ({ trackId }));
const base = ({ device, trackId }: State) => ({
  deviceId: device.id,
  items: items([trackId]),
  codecs: [CODEC.vorbis],
});
const grants = "/v1/playback/grants";
const post = (run: Execution, state: State, json: unknown) =>
  run.http.post(grants, json, { token: state.listener.accessToken });
const raw = (run: Execution, state: State, type: string, body: string | Uint8Array, accept?: string) =>
  run.http.ask("POST", grants, {
    token: state.listener.accessToken,
    body,
    headers: { "content-type": type, ...(accept ? { accept } : {}) },
    as: `${grants} (${body.length} bytes)`,
  });
/** Ids that exist nowhere: any track may be asked for. */
const numbered = (n: number) => Array.from({ length: n }, (_, i) => `trk_${String(i).padStart(26, "0")}`);

const FAULTS = {
  "no items": async (run: Execution, state: State) =>
    expectProblem(run, "PLAY-029", await post(run, state, { ...base(state), items: [] }), "invalid_request"),
  "51 items": async (run: Execution, state: State) =>
    expectProblem(
      run,
      "PLAY-029",
      await post(run, state, { ...base(state), items: items(numbered(51)) }),
      "invalid_request",
    ),
  "50 items": async (run: Execution, state: State) => {
    const answer = await post(run, state, { ...base(state), items: items(numbered(50)) });
    run.same("PLAY-029", answer.status, 200, "for 50 items");
  },
  "no codecs": async (run: Execution, state: State) =>
    expectProblem(run, "PLAY-029", await post(run, state, { ...base(state), codecs: [] }), "invalid_request"),
  "a track twice": async (run: Execution, state: State) =>
    expectProblem(
      run,
      "PLAY-030",
      await post(run, state, { ...base(state), items: items([state.trackId, state.trackId]) }),
      "invalid_request",
    ),
  "an unknown device": async (run: Execution, state: State) =>
    expectProblem(
      run,
      "PLAY-031",
      await post(run, state, { ...base(state), deviceId: "dev_7zzzzzzzzzzzzzzzzzzzzzzzzz" }),
      "device_unknown",
    ),
  "another listener's device": async (run: Execution, state: State) => {
    const answer = await askGrants(run, state.listener, state.otherDevice.id, {
      trackIds: [state.trackId],
      codecs: ["vorbis"],
    });
    expectProblem(run, "PLAY-031", answer, "device_unknown");
  },
  "a malformed track id": async (run: Execution, state: State) =>
    expectProblem(
      run,
      "TERM-004",
      await post(run, state, { ...base(state), items: items(["trk_zzzzzzzzzzzzzzzzzzzzzzzzzz"]) }),
      "invalid_id",
      "invalid_request",
    ),
  "an unknown field": async (run: Execution, state: State) =>
    expectProblem(
      run,
      "TERM-013",
      await post(run, state, { ...base(state), colour: "red" }),
      "malformed_body",
      "invalid_request",
    ),
  "an integer beyond 2^53": async (run: Execution, state: State) =>
    expectProblem(
      run,
      "ERR-003",
      await post(run, state, { ...base(state), maxBitrateBps: 2 ** 54 }),
      "invalid_request",
      "malformed_body",
    ),
  "text as the body": async (run: Execution, state: State) =>
    expectProblem(run, "TERM-011", await raw(run, state, "text/plain", "hello"), "unsupported_media_type"),
  "an answer nobody gives": async (run: Execution, state: State) =>
    expectProblem(
      run,
      "TERM-012",
      await raw(run, state, "application/json", JSON.stringify(base(state)), "text/html"),
      "not_acceptable",
    ),
  "cut JSON": async (run: Execution, state: State) =>
    expectProblem(
      run,
      "ERR-003",
      await raw(run, state, "application/json", JSON.stringify(base(state)).slice(0, -3)),
      "malformed_body",
    ),
  "cut protobuf": async (run: Execution, state: State) =>
    expectProblem(
      run,
      "ERR-003",
      await raw(run, state, "application/x-protobuf", Buffer.from("0aff", "hex")),
      "malformed_body",
      "invalid_request",
    ),
  "65,537 bytes": async (run: Execution, state: State) => {
    const body = `${JSON.stringify(base(state))}${" ".repeat(70_000)}`.slice(0, 65_537);
    expectProblem(run, "TERM-015", await raw(run, state, "application/json", body), "body_too_large");
  },
  "deep nesting": async (run: Execution, state: State) =>
    expectProblem(
      run,
      "ERR-003",
      await raw(run, state, "application/json", `{"items":${"[".repeat(20_000)}${"]".repeat(20_000)}}`),
      "malformed_body",
      "invalid_request",
    ),
  "no token": async (run: Execution, state: State) =>
    expectProblem(run, "AUTH-012", await run.http.post(grants, base(state)), "unauthenticated"),
} as const;

export const refusedGrantRequests = check<FaultStep, State>({
  id: "playback/refused-requests",
  title: "Grant requests that break a rule are refused by that rule, and the server goes on",
  requirements: [
    "PLAY-029",
    "PLAY-030",
    "PLAY-031",
    "TERM-004",
    "TERM-011",
    "TERM-012",
    "TERM-013",
    "TERM-015",
    "ERR-001",
    "ERR-010",
  ],
  runs: 2,
  unless: (facts) => (facts.playable.length === 0 ? "the catalog has no playable track" : null),
  steps: () =>
    everyOne(Object.keys(FAULTS), (fault) => ({ do: "ask" as const, fault: fault as keyof typeof FAULTS })),
  async begin(run) {
    const [listener, other] = [await run.listener({ plan: "premium" }), await run.listener({ plan: "free" })];
    return {
      listener,
      other,
      device: await registeredDevice(run, listener),
      otherDevice: await registeredDevice(run, other),
      trackId: run.subject.facts.playable[0]!.id,
    };
  },
  perform: (run, state, { fault }) => FAULTS[fault](run, state),
  async finish(run, state) {
    const answer = await askGrants(run, state.listener, state.device.id, {
      trackIds: [state.trackId],
      codecs: ["vorbis"],
    });
    run.same("ERR-010", answer.status, 200, "for a good request afterwards");
  },
});
