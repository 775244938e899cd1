import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MediaUrlSigner } from "./media-url";

const HOUR_MS = 3_600_000;
const NOW = Date.UTC(2030, 0, 2, 12);
const HASH = "ab".repeat(32);
const signer = new MediaUrlSigner(new Uint8Array(32).fill(7));

function queryOf(url: string): Record<string, string> {
  return Object.fromEntries(new URL(url, "http://localhost").searchParams);
}
function codeOf(work: () => unknown): string {
  try {
    work();
    return "accepted";
  } catch (error) {
    return (error as { code: string }).code;
  }
}

describe("signed media URLs", () => {
  it("verify until they expire, also across a change of keys", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 48 }),
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1, max: 2 ** 40 }),
        (hours, ttl, max) => {
          const signedAt = NOW + hours * HOUR_MS;
          const { url, expiresAtMs } = signer.sign({ hash: HASH, max }, signedAt, ttl * HOUR_MS);
          expect(expiresAtMs).toBeGreaterThanOrEqual(signedAt + ttl * HOUR_MS);
          expect(signer.verify(HASH, queryOf(url), expiresAtMs - 1)).toEqual({ hash: HASH, max });
          expect(codeOf(() => signer.verify(HASH, queryOf(url), expiresAtMs))).toBe("url_expired");
          expect(codeOf(() => signer.verify(HASH, queryOf(url), expiresAtMs + 90 * HOUR_MS))).toBe(
            "url_expired",
          );
        },
      ),
    );
  });

  it("do not survive a change of any character", () => {
    const { url } = signer.sign({ hash: HASH, max: 131_072 }, NOW, HOUR_MS);
    const query = queryOf(url);
    const place = fc.constantFrom("exp", "max", "kid", "sig").chain((name) =>
      fc.record({
        name: fc.constant(name),
        at: fc.nat({ max: query[name]!.length - 1 }),
        char: fc.constantFrom(..."0123456789abcXYZ-_"),
      }),
    );
    fc.assert(
      fc.property(place, ({ name, at, char }) => {
        const value = query[name]!;
        fc.pre(value[at] !== char);
        const changed = { ...query, [name]: value.slice(0, at) + char + value.slice(at + 1) };
        expect(codeOf(() => signer.verify(HASH, changed, NOW))).toMatch(/^url_(tampered|expired)$/);
      }),
      { numRuns: 300 },
    );
  });

  it("are for one object and one server", () => {
    const { url } = signer.sign({ hash: HASH, max: 10 }, NOW, HOUR_MS);
    expect(codeOf(() => signer.verify("cd".repeat(32), queryOf(url), NOW))).toBe("url_tampered");
    const other = new MediaUrlSigner(new Uint8Array(32).fill(8));
    expect(codeOf(() => other.verify(HASH, queryOf(url), NOW))).toBe("url_tampered");
  });

  it.each([
    ["nothing", {}],
    ["lists", { exp: ["1", "2"], max: "1", kid: "k1", sig: "a".repeat(43) }],
    ["a far key", { exp: "1", max: "1", kid: "k9999999", sig: "a".repeat(43) }],
    ["a short signature", { exp: "1", max: "1", kid: "k1", sig: "a" }],
  ])("refuse %s", (_name, query) => {
    expect(codeOf(() => signer.verify(HASH, query, NOW))).toBe("url_tampered");
  });

  it("stay the same for five minutes, so that caches hit", () => {
    const first = signer.sign({ hash: HASH, max: 10 }, NOW + 1000, HOUR_MS);
    expect(signer.sign({ hash: HASH, max: 10 }, NOW + 299_000, HOUR_MS)).toEqual(first);
  });
});
