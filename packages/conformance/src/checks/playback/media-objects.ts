/** Media objects are sealed as the specification says, byte for byte. */
import { createHash } from "node:crypto";
import fc from "fast-check";
import { openMedia, PIECE_BYTES, SEGMENT_BYTES } from "../../models/protection";
import { check, type Step } from "../../runner/check";
import type { Listener } from "../../subjects/subject";
import { contentKeyOf, grantOf } from "../grants";
import type { RegisteredDevice } from "../register";
import { registeredDevice } from "../register";

interface OpenStep extends Step {
  readonly do: "open";
  readonly track: number;
  readonly tier: number;
}

interface State {
  readonly listener: Listener;
  readonly device: RegisteredDevice;
  /** Content key by rendition. */
  readonly keys: Map<string, string>;
}

/** Serial numbers of the logical streams in an Ogg file, and whether the first is Vorbis. */
function oggStreams(file: Buffer): { readonly streams: ReadonlySet<number>; readonly vorbis: boolean } {
  const streams = new Set<number>();
  for (let at = 0; at + 27 <= file.length && file.toString("latin1", at, at + 4) === "OggS"; ) {
    streams.add(file.readUInt32LE(at + 14));
    const table = file.subarray(at + 27, at + 27 + file[at + 26]!);
    at += 27 + table.length + table.reduce((sum, lacing) => sum + lacing, 0);
  }
  return { streams, vorbis: file.subarray(0, 200).includes(Buffer.from("\x01vorbis", "latin1")) };
}

export const mediaObjects = check<OpenStep, State>({
  id: "playback/media-objects",
  title: "Media objects are sealed segment by segment and open with the granted key",
  requirements: [
    "PLAY-002",
    "PLAY-008",
    "PLAY-009",
    "PLAY-010",
    "PLAY-011",
    "PLAY-012",
    "PLAY-013",
    "PLAY-016",
    "PLAY-017",
    "PLAY-021",
  ],
  runs: 6,
  unless: (facts) => (facts.playable.length === 0 ? "the catalog has no playable track" : null),
  steps: ({ playable }) =>
    fc.array(
      fc.record({
        do: fc.constant("open" as const),
        track: fc.nat(Math.min(playable.length, 6) - 1),
        tier: fc.constantFrom(24, 96, 160, 320),
      }),
      { minLength: 1, maxLength: 3 },
    ),
  async begin(run) {
    const listener = await run.listener({ plan: "premium" });
    return { listener, device: await registeredDevice(run, listener), keys: new Map() };
  },
  async perform(run, { listener, device, keys }, { track, tier }) {
    const trackId = run.subject.facts.playable[track]!.id;
    const grant = await grantOf(run, listener, device, trackId, {
      codecs: ["vorbis"],
      maxBitrateBps: tier * 1000,
    });
    const contentKey = contentKeyOf(run, device, grant);
    const other = [...keys].find(
      ([rendition, key]) => rendition !== grant.renditionId && key === contentKey.toString("hex"),
    );
    run.must(
      "PLAY-008",
      other === undefined,
      "a content key of its own for each rendition",
      `the key of ${other?.[0]}`,
    );
    keys.set(grant.renditionId, contentKey.toString("hex"));
    const answer = await run.http.get(grant.url, { as: `/v1/media/… (${grant.tier} kbps, whole)` });
    const object = answer.bytes;
    run.same("PLAY-021", object.length, grant.byteLength, "a length of");
    const hash = createHash("sha256").update(object).digest("hex");
    run.same("PLAY-016", hash, grant.hash, "bytes with SHA-256");
    const { salt, noncePrefix, renditionId } = grant;
    const opened = openMedia(object, { contentKey, salt, noncePrefix, renditionId });
    if ("broken" in opened) run.must(opened.broken, false, opened.expected, opened.got);
    else {
      for (const id of ["PLAY-010", "PLAY-011", "PLAY-012", "PLAY-013"]) run.must(id, true, "", "");
      const segments = Math.ceil(object.length / SEGMENT_BYTES);
      const pieces = Math.ceil(opened.plaintext.length / PIECE_BYTES);
      run.same("PLAY-009", segments, pieces, "segments of 16,368 bytes:");
      if (grant.codec === "vorbis") {
        const { streams, vorbis } = oggStreams(opened.plaintext);
        run.must(
          "PLAY-002",
          vorbis && streams.size === 1,
          "Vorbis I in Ogg with one stream",
          vorbis ? `${streams.size} streams` : "no Vorbis",
        );
      }
    }
    const again = await run.http.get(grant.url, { as: "/v1/media/… (once more)" });
    run.must("PLAY-017", again.bytes.equals(object), "the same bytes again", "others");
  },
});
