import { describe, expect, it, vi } from "vitest";
import { stepDevice } from "../src/connect/client/step-device";
import { checkConnect } from "../src/testing/connect/check";

// Minutes of virtual time each: a busy machine takes a while.
vi.setConfig({ testTimeout: 120_000 });
const SCENARIOS = { runs: 250, maxHappenings: 25, seed: 20_261_124 };

describe("Connect under faults", () => {
  it("keeps its invariants whatever happens to devices, network and server", () => {
    const { counts, failure } = checkConnect(SCENARIOS);
    expect(failure?.report ?? "").toBe("");
    // A simulation in which nothing happens proves nothing.
    for (const name of ["transfer committed", "transfer rolled back", "server restart", "positions compared"])
      expect(counts[name], name).toBeGreaterThan(10);
    for (const name of ["instants alone", "wishes told"]) expect(counts[name], name).toBeGreaterThan(10);
  });

  it.each<[string, string, typeof stepDevice]>([
    [
      "says that it is silent before its output does",
      "I3",
      (state, input) => {
        const { nowMs, wallMs, player } = input;
        const step = stepDevice(state, input);
        const order = step.effects.find((effect) => effect.type === "silence")?.order;
        if (order === undefined) return step;
        const hasty = stepDevice(step.state, { nowMs, wallMs, player, type: "silent", order });
        return { state: hasty.state, effects: [...step.effects, ...hasty.effects] };
      },
    ],
    [
      "takes the tracks of an old order for those of its newest",
      "I20",
      (state, input) =>
        stepDevice(
          state,
          input.type === "read" && state.reading ? { ...input, order: state.reading.order } : input,
        ),
    ],
    [
      "forgets to tell of a seek",
      "I19",
      (state, input) =>
        stepDevice(
          state,
          input.type === "did" && input.wish.type === "seek" ? { ...input, type: "player" } : input,
        ),
    ],
    [
      "plays on beside the device that the session chose",
      "I4",
      (state, input) => {
        const { state: next, effects } = stepDevice(state, input);
        return { state: next, effects: effects.filter(({ type }) => type !== "silence") };
      },
    ],
  ])("notice a device that %s", (_, invariant, step) => {
    const { failure } = checkConnect({ ...SCENARIOS, step, shrinks: false });
    expect(failure?.report).toContain(`${invariant} at`);
  });
});
