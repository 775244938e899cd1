/** What a sandbox has beside an ordinary server. */
import type { Milliseconds } from "@segue/core";
import type { Db } from "../../adapters/sql/tables";
import { TestClock } from "./clock";
import { FaultSwitches } from "./faults";

/** The test clock and the fault switches. */
export interface Sandbox {
  readonly clock: TestClock;
  readonly faults: FaultSwitches;
}

/** The sandbox of the data directory behind `db`; `machine` is the machine's wall clock. */
export async function openSandbox(db: Db, machine: () => Milliseconds): Promise<Sandbox> {
  return {
    clock: await TestClock.open(db, machine),
    faults: new FaultSwitches(() => performance.now()),
  };
}
