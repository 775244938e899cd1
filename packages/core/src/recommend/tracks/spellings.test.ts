import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { extendSeed } from "../random";
import { extendSeedBySpelling, spellings } from "./spellings";

describe("spellings", () => {
  it("hash as their strings do", () => {
    const text = fc.oneof(
      fc.string(),
      fc.string({ unit: "binary" }),
      fc.constantFrom("\ud83c", "\udfb5x", "🎵"),
    );
    fc.assert(
      fc.property(fc.array(text), fc.nat(2 ** 32 - 1), (texts, seed) => {
        const spelled = spellings(texts);
        for (const [row, each] of texts.entries())
          expect(extendSeedBySpelling(seed, spelled, row)).toBe(extendSeed(seed, each));
      }),
    );
  });
});
