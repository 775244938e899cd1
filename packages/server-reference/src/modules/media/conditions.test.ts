import { describe, expect, it } from "vitest";
import { evaluateConditions, rangeApplies } from "./conditions";

const ETAG = '"abc"';

describe("conditions on an immutable object", () => {
  it.each([
    [{}, "proceed"],
    [{ "if-none-match": ETAG }, "not_modified"],
    [{ "if-none-match": `"x", W/${ETAG}` }, "not_modified"],
    [{ "if-none-match": "*" }, "not_modified"],
    [{ "if-none-match": '"x"' }, "proceed"],
    [{ "if-none-match": "abc" }, "proceed"],
    [{ "if-match": ETAG }, "proceed"],
    [{ "if-match": "*" }, "proceed"],
    [{ "if-match": `W/${ETAG}` }, "precondition_failed"],
    [{ "if-match": '"x"', "if-none-match": ETAG }, "precondition_failed"],
  ] as const)("%j gives %s", (headers, outcome) => {
    expect(evaluateConditions(headers, ETAG)).toBe(outcome);
  });

  it("honors a range only for the same strong tag", () => {
    expect(rangeApplies({}, ETAG)).toBe(true);
    expect(rangeApplies({ "if-range": ETAG }, ETAG)).toBe(true);
    expect(rangeApplies({ "if-range": `W/${ETAG}` }, ETAG)).toBe(false);
    expect(rangeApplies({ "if-range": "Wed, 21 Oct 2015 07:28:00 GMT" }, ETAG)).toBe(false);
  });
});
