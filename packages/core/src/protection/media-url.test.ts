import fc from "fast-check";
import { expect, test } from "vitest";
import { formatMediaUrl, isMediaHash, parseMediaUrlQuery } from "./media-url";

const query = fc.record({
  exp: fc.integer({ min: 0, max: 999_999_999_999 }),
  max: fc.integer({ min: 1, max: 999_999_999_999_999 }),
  kid: fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/),
  sig: fc.stringMatching(/^[A-Za-z0-9_-]{43}$/),
});

test("what was formatted is read back", () =>
  fc.assert(
    fc.property(query, (asked) => {
      const url = new URL(formatMediaUrl("ab".repeat(32), asked), "http://x");
      expect(parseMediaUrlQuery(Object.fromEntries(url.searchParams))).toEqual(asked);
      expect(isMediaHash(url.pathname.slice("/v1/media/".length))).toBe(true);
    }),
  ));
test("missing, repeated, malformed and oversized parameters are tampered", () => {
  const good = { exp: "1", max: "1", kid: "k", sig: "s".repeat(43) };
  for (const bad of [
    { exp: "01" },
    { exp: "-1" },
    { exp: "1e3" },
    { exp: "1".repeat(13) },
    { max: "0" },
    { max: ["1", "2"] },
    { kid: "a/b" },
    { kid: "k".repeat(65) },
    { sig: `${"s".repeat(42)}=` },
    { sig: undefined },
  ]) {
    expect(() => parseMediaUrlQuery({ ...good, ...bad })).toThrow(
      expect.objectContaining({ code: "url_tampered" }),
    );
  }
  expect(() => parseMediaUrlQuery(Object.create(good))).toThrow(
    expect.objectContaining({ code: "url_tampered" }),
  );
});
