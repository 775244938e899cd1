import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { displacedPath, type Identity, identify, type KnownFile } from "./identify";

const FOLDER = "/music";
type Files = ReadonlyMap<string, string>;

/** Applies one ingest to what is known, as the database does. New tracks are named after content and a counter. */
function ingest(known: readonly KnownFile[], present: Files) {
  const identities = identify({ folder: FOLDER, present, known, isGone: () => true });
  const next = new Map(known.map((file) => [file.path, file]));
  const taken = new Set(known.map((file) => file.trackId));
  const displaced: KnownFile[] = [];
  const went = new Set<string>();
  for (const identity of identities.values()) if (identity.kind === "moved") went.add(identity.trackId);
  for (const identity of identities.values())
    if (identity.kind === "moved" && next.get(identity.from.path)?.trackId === identity.trackId)
      next.delete(identity.from.path);
  const all: KnownFile[] = [];
  for (const [path, identity] of identities) {
    if (identity.kind === "duplicate") continue;
    const own = next.get(path);
    next.delete(path);
    if (own && identity.kind === "moved" && !went.has(own.trackId))
      displaced.push({ ...own, path: displacedPath(own) });
    const contentHash = present.get(path)!;
    let trackId = identity.kind === "new" ? contentHash : identity.trackId;
    while (identity.kind === "new" && taken.has(trackId)) trackId += "'";
    taken.add(trackId);
    all.push({ folder: FOLDER, path, contentHash, trackId });
  }
  return { identities, known: [...next.values(), ...displaced, ...all] };
}

const files = fc
  .uniqueArray(fc.tuple(fc.constantFrom("a", "b", "c", "d"), fc.constantFrom("U", "V", "W", "X")), {
    selector: ([path]) => path,
    maxLength: 4,
  })
  .map((entries): Files => new Map(entries));

const kinds = (identities: ReadonlyMap<string, Identity>) =>
  Object.fromEntries([...identities].map(([path, { kind }]) => [path, kind]));

describe("which track a file is", () => {
  it("never gives a track to two files, never loses one, and settles", () => {
    fc.assert(
      fc.property(fc.array(files, { minLength: 1, maxLength: 6 }), (states) => {
        let known: readonly KnownFile[] = [];
        for (const present of states) {
          const before = known;
          const step = ingest(before, present);
          known = step.known;
          const ids = known.map((file) => file.trackId);
          expect(new Set(ids).size).toBe(ids.length);
          for (const { trackId } of before) expect(ids).toContain(trackId);
          // Content that had a track and is still there has the same track.
          for (const file of before) {
            if (![...present.values()].includes(file.contentHash)) continue;
            expect(
              known.filter((now) => now.contentHash === file.contentHash).map((now) => now.trackId),
            ).toContain(file.trackId);
          }
          // Every content that is there has exactly one track.
          for (const content of new Set(present.values()))
            expect(
              known.filter((file) => file.contentHash === content && present.get(file.path) === content)
                .length,
            ).toBe(1);
          const again = ingest(known, present);
          expect(Object.values(kinds(again.identities)).filter((kind) => kind !== "duplicate")).toEqual(
            Object.values(kinds(again.identities))
              .filter((kind) => kind !== "duplicate")
              .map(() => "kept"),
          );
        }
      }),
    );
  });

  it("does not depend on the order of the files", () => {
    fc.assert(
      fc.property(files, files, (first, second) => {
        const { known } = ingest([], first);
        const reversed = new Map([...second].reverse());
        expect(kinds(ingest(known, second).identities)).toEqual(kinds(ingest(known, reversed).identities));
      }),
    );
  });

  it("follows two files that changed places", () => {
    const { known } = ingest(
      [],
      new Map([
        ["a", "U"],
        ["b", "V"],
      ]),
    );
    const { known: after } = ingest(
      known,
      new Map([
        ["a", "V"],
        ["b", "U"],
      ]),
    );
    const trackOf = (list: readonly KnownFile[], path: string) => list.find((f) => f.path === path)?.trackId;
    expect(trackOf(after, "a")).toBe(trackOf(known, "b"));
    expect(trackOf(after, "b")).toBe(trackOf(known, "a"));
  });
});
