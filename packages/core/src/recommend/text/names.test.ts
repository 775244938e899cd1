import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { foldName, MAX_NAME_UNITS } from "./fold";
import { MAX_NAME_FEATURES, nameFeatures } from "./name-features";
import { MAX_TOKENS, nameTokens } from "./tokens";

/** Any code units at all, among them halves of pairs, joiners and direction marks. */
const anyUnits = fc
  .array(
    fc.oneof(
      fc.nat(0xffff),
      fc.constantFrom(0xd83d, 0xdc69, 0x200d, 0x202e, 0x200f, 0x0301, 0x3099, 0xfe0f, 0x41, 0x20),
    ),
    { maxLength: 900 },
  )
  .map((units) => String.fromCharCode(...units));
const names = fc.oneof(
  anyUnits,
  fc.string({ unit: "grapheme", maxLength: 60 }),
  fc.string({ unit: "binary" }),
);

const words = (name: string) => nameTokens(name).map(({ text }) => text);

describe("folding", () => {
  test("changes nothing the second time, and is bounded and well formed", () => {
    fc.assert(
      fc.property(names, (name) => {
        const folded = foldName(name);
        expect(foldName(folded).startsWith(folded.slice(0, MAX_NAME_UNITS - 40))).toBe(true);
        if (folded.length <= MAX_NAME_UNITS) expect(foldName(folded)).toBe(folded);
        expect(folded.length).toBeLessThanOrEqual(2 * MAX_NAME_UNITS);
        expect(folded).not.toMatch(/[\p{Cs}\p{Cc}]/u);
      }),
      { numRuns: 2000 },
    );
  });

  test.each([
    ["Beyoncé", "beyonce"],
    ["BEYONCÉ", "beyonce"],
    ["Straße", "strasse"],
    ["ΟΔΥΣΣΕΥΣ", "οδυσσευσ"],
    ["İstanbul ışık", "istanbul isik"],
    ["ｆｕｌｌｗｉｄｔｈ Ⅳ", "fullwidth iv"],
    ["don’t   stop\tnow", "dont stop now"],
    ["re\u00adlax\u200b ed", "relax ed"],
    ["\u202eabc\u202c", "abc"],
    ["a\ud800b", "a b"],
    ["ドライブ", "ドライブ"],
    ["ﾄﾞﾗｲﾌﾞ", "ドライブ"],
    ["한국어", "한국어"],
    ["हिन्दी", "हिन्दी"],
    ["شَمْس", "شمس"],
    ["Z͑ͫ̓a̴͈l̷g̸o", "zalgo"],
  ])("makes %j %j", (name, folded) => expect(foldName(name)).toBe(folded));

  test("looks at the start of ten million characters only", () => {
    const name = `${"party ".repeat(10)}${"é".repeat(10_000_000)}`;
    expect(foldName(name).length).toBeLessThanOrEqual(MAX_NAME_UNITS);
    expect(nameFeatures(name, 1000).length).toBeLessThanOrEqual(MAX_NAME_FEATURES);
    expect(nameTokens("\ufdfa".repeat(1_000_000)).length).toBeLessThanOrEqual(MAX_TOKENS);
  });
});

describe("tokens", () => {
  test.each([
    ["Chill & Study (2024)", ["chill", "study", "2024"]],
    ["gym💪🏽time", ["gym", "💪", "time"]],
    ["❤️", ["❤"]],
    ["👩‍💻 focus", ["👩‍💻", "👩", "💻", "focus"]],
    ["🇧🇷 funk", ["🇧🇷", "funk"]],
    ["top 5️⃣", ["top", "5⃣"]],
    ["夜のドライブ🌙", ["夜のドライブ", "🌙"]],
    ["...---!!!", []],
    ["", []],
    ["\u200d\u200d", []],
  ])("of %j are %j", (name, expected) => expect(words(name)).toEqual(expected));

  test("are the same for a name however it is dressed", () => {
    expect(words("CAFÉ del mar 👍🏿")).toEqual(words("cafe\u0301 Del\u00a0Mar 👍"));
  });

  test("are bounded for any text", () => {
    fc.assert(
      fc.property(names, (name) => {
        expect(nameTokens(name).length).toBeLessThanOrEqual(MAX_TOKENS);
        const features = nameFeatures(name, 97);
        expect(features.length).toBeLessThanOrEqual(MAX_NAME_FEATURES);
        expect(features.every((bucket) => bucket < 97)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});

describe("features", () => {
  test("of a word are itself and its runs", () => {
    // <ab>: <ab, ab>; the whole is left out.
    expect(nameFeatures("ab", 2 ** 31).length).toBe(3);
    // <abc>: 3 runs of 3, 2 of 4.
    expect(nameFeatures("abc", 2 ** 31).length).toBe(6);
    expect(nameFeatures("🌙", 2 ** 31).length).toBe(1);
  });

  test("of misspellings overlap, of strangers hardly", () => {
    const shared = (a: string, b: string) => {
      const other = new Set(nameFeatures(b, 2 ** 31));
      return [...new Set(nameFeatures(a, 2 ** 31))].filter((each) => other.has(each)).length;
    };
    expect(shared("chillout", "chilllout")).toBeGreaterThan(8);
    expect(shared("chillout", "workbeat")).toBe(0);
  });
});
