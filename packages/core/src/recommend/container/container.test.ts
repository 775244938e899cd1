import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { seededSpace } from "../../../test/recommend/spaces";
import { SegueError } from "../../errors/segue-error";
import { loadClusters, saveClusters } from "../neighbors/clusters-bytes";
import { KdTree } from "../neighbors/kd-tree";
import { loadKdTree, saveKdTree } from "../neighbors/kd-tree-bytes";
import { loadNameSpace, saveNameSpace } from "../text/name-space-bytes";
import { checksum } from "./checksum";
import { readContainer, type Section, writeContainer } from "./container";
import { loadItemSpace, saveItemSpace } from "./item-space-bytes";

const section: fc.Arbitrary<Section> = fc.oneof(
  fc.uint8Array(),
  fc.int16Array(),
  fc.uint16Array(),
  fc.int32Array(),
  fc.uint32Array(),
  fc.float32Array(),
  fc.float64Array(),
);

/** Puts the checksum of what the bytes are now into them. */
function forge(bytes: Uint8Array): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  for (const [at, half] of checksum(bytes.subarray(32)).entries()) view.setUint32(24 + 4 * at, half, true);
  return bytes;
}

describe("a container", () => {
  test("gives back its sections, aligned and in place", () => {
    fc.assert(
      fc.property(fc.array(section, { maxLength: 8 }), fc.nat(0xffff_ffff), (sections, version) => {
        const bytes = writeContainer("TEST", version, sections);
        const read = readContainer(bytes, "TEST", version);
        expect(read).toEqual(sections);
        for (const each of read) {
          expect(each.buffer).toBe(bytes.buffer);
          expect(each.byteOffset % 64).toBe(0);
        }
      }),
    );
  });

  test("is refused for another kind, another version and too many sections", () => {
    const bytes = writeContainer("TEST", 3, [Uint8Array.of(1)]);
    expect(() => readContainer(bytes, "REST", 3)).toThrow(/another kind/);
    expect(() => readContainer(bytes, "TEST", 4)).toThrow(/version 3/);
    expect(() => writeContainer("test", 3, [])).toThrow(RangeError);
    expect(() => writeContainer("TEST", 3, Array(65).fill(new Uint8Array(0)))).toThrow(RangeError);
  });

  test("has a checksum that notices any one byte, moved words, and zeros at the end", () => {
    const bytes = Uint8Array.from({ length: 203 }, (_, i) => (i * 31) & 255);
    const seen = new Set([String(checksum(bytes))]);
    const variants = [bytes.subarray(0, 202), Uint8Array.of(...bytes, 0)];
    for (let at = 0; at < 203; at++) variants.push(bytes.map((byte, i) => (i === at ? byte ^ 128 : byte)));
    for (let at = 4; at < 200; at += 4)
      variants.push(
        Uint8Array.of(...bytes.subarray(at, at + 4), ...bytes.subarray(0, at), ...bytes.subarray(at + 4)),
      );
    for (const variant of variants) seen.add(String(checksum(variant)));
    expect(seen.size).toBe(variants.length + 1);
  });
});

describe("hostile bytes with a right checksum", () => {
  const space = seededSpace(9, 3, 1);
  const names = {
    features: 1 as const,
    buckets: 2,
    bucketVectors: new Float32Array(6).fill(1),
    tracks: space,
  };
  const clusters = {
    dimensions: 3,
    centroids: new Float32Array(6).fill(0.5),
    clusterOfRow: Uint32Array.of(0, 1, 1),
  };
  test.each([
    ["a kd-tree", saveKdTree(KdTree.build(space, { leafSize: 4 })), loadKdTree],
    ["a space", saveItemSpace(space), loadItemSpace],
    ["a space of names", saveNameSpace(names), loadNameSpace],
    ["clusters", saveClusters(clusters), loadClusters],
  ] as const)("load as %s or are refused by a typed error", (_, bytes, load) => {
    expect(load(bytes)).toBeDefined();
    const change = fc.record({ at: fc.nat(bytes.length - 1), byte: fc.nat(255) });
    let refused = 0;
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        const copy = bytes.slice();
        for (const { at, byte } of changes) copy[at] = byte;
        try {
          load(forge(copy));
        } catch (error) {
          refused++;
          expect(SegueError.is(error) && error.code).toBe("model_invalid");
        }
      }),
      { numRuns: 500 },
    );
    expect(refused).toBeGreaterThan(20);
  });

  test("of any kind are refused", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        for (const load of [loadKdTree, loadItemSpace, loadNameSpace, loadClusters])
          expect(() => load(bytes)).toThrow(/not a saved model/);
      }),
    );
  });
});
