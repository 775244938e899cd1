import { afterEach, expect, it, vi } from "vitest";
import { onStopSignal } from "./stop-signals";

afterEach(() => vi.restoreAllMocks());

it("takes a press that arrives twice for one, and ends at once on the second press", () => {
  const exit = vi.spyOn(process, "exit").mockImplementation((() => {}) as never);
  const clock = vi.spyOn(performance, "now").mockReturnValue(1000);
  const stop = vi.fn();
  const listening = onStopSignal(stop);
  process.emit("SIGINT", "SIGINT");
  expect(stop.mock.calls).toEqual([["SIGINT"]]);
  clock.mockReturnValue(1050);
  process.emit("SIGINT", "SIGINT");
  expect(exit).not.toHaveBeenCalled();
  clock.mockReturnValue(2500);
  process.emit("SIGINT", "SIGINT");
  expect(exit).toHaveBeenCalledWith(130);
  expect(stop).toHaveBeenCalledTimes(1);
  listening();
});
