import fc from "fast-check";
import type { Manifest } from "../grants/manifest";
import { type Id, type IdKind, idFromBytes } from "../ids";
import { ciphertextLength } from "../protection/layout";
import type { Track } from "../wire/resources";
import { buildManifest, buildTrack } from "./builders";

/** Any well-formed id of a kind. */
export function arbitraryId<K extends IdKind>(kind: K): fc.Arbitrary<Id<K>> {
  return fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => idFromBytes(kind, bytes));
}

/** Any playable track. */
export function arbitraryTrack(): fc.Arbitrary<Track> {
  return fc
    .record({
      id: arbitraryId("track"),
      recordingId: arbitraryId("recording"),
      title: fc.string(),
      durationMs: fc.integer({ min: 1, max: 3_600_000 }),
      explicit: fc.boolean(),
    })
    .map((fields) => buildTrack(1, fields));
}

/** Any manifest whose numbers agree with each other. */
export function arbitraryManifest(): fc.Arbitrary<Manifest> {
  return fc
    .record({
      trackId: arbitraryId("track"),
      renditionId: arbitraryId("rendition"),
      sampleRateHz: fc.constantFrom(22_050, 44_100, 48_000),
      channels: fc.constantFrom(1 as const, 2 as const),
      trimStartFrames: fc.integer({ min: 0, max: 4096 }),
      trimEndFrames: fc.integer({ min: 0, max: 4096 }),
      totalFrames: fc.integer({ min: 1, max: 48_000 * 600 }),
      plainBytes: fc.integer({ min: 1, max: 20_000_000 }),
    })
    .map(({ plainBytes, ...fields }) => {
      const manifest = buildManifest(1, fields);
      return { ...manifest, media: { ...manifest.media, byteLength: ciphertextLength(plainBytes) } };
    });
}
