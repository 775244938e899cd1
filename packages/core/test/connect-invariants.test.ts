import { describe, expect, it } from "vitest";
import { checkConnect } from "../src/testing/connect/check";

describe("Connect under faults", () => {
  it("keeps its invariants whatever happens to devices, network and server", () => {
    const { counts, failure } = checkConnect({ runs: 250, maxHappenings: 25, seed: 20_261_124 });
    expect(failure?.report ?? "").toBe("");
    // A simulation in which nothing happens proves nothing.
    for (const name of ["transfer committed", "transfer rolled back", "server restart", "positions compared"])
      expect(counts[name], name).toBeGreaterThan(10);
  });
});
