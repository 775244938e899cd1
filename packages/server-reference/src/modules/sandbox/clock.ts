/** The sandbox's clock: the wall clock of the whole server, which a developer may move. */
import type { Milliseconds, SandboxClock } from "@segue/core";
import { z } from "zod";
import type { Db } from "../../adapters/sql/tables";

/** Furthest that the clock goes: 2100-01-01. */
export const MAX_CLOCK_MS = Date.UTC(2100, 0, 1);
const NAME = "sandbox.clock";

const Stored = z.union([z.object({ offsetMs: z.number() }), z.object({ stoppedAtMs: z.number() })]);
type Setting = z.infer<typeof Stored>;
const REAL: Setting = { offsetMs: 0 };

/**
 * A clock that is a fixed distance from the machine's, or stands still. Its setting outlives a restart: what was stored
 * under a moved clock would otherwise lie in the future.
 */
export class TestClock {
  #setting: Setting;
  readonly #db: Db;
  readonly #machine: () => Milliseconds;

  private constructor(db: Db, machine: () => Milliseconds, setting: Setting) {
    this.#db = db;
    this.#machine = machine;
    this.#setting = setting;
  }

  /** The clock of the data directory behind `db`. */
  static async open(db: Db, machine: () => Milliseconds): Promise<TestClock> {
    const row = await db.selectFrom("settings").select("value").where("name", "=", NAME).executeTakeFirst();
    const stored = Stored.safeParse(row ? JSON.parse(row.value) : undefined);
    return new TestClock(db, machine, stored.success ? stored.data : REAL);
  }

  readonly now = (): Milliseconds => {
    const setting = this.#setting;
    return "stoppedAtMs" in setting ? setting.stoppedAtMs : this.#machine() + setting.offsetMs;
  };

  view(): SandboxClock {
    return {
      nowMs: this.now(),
      machineMs: this.#machine(),
      running: !("stoppedAtMs" in this.#setting),
    };
  }

  /** Whether it shows another time than the machine. */
  get moved(): boolean {
    return "stoppedAtMs" in this.#setting || this.#setting.offsetMs !== 0;
  }

  /** Sets the time, and whether the clock runs on from there. @throws RangeError */
  async set(nowMs: Milliseconds, running: boolean): Promise<void> {
    if (!(nowMs >= 0 && nowMs <= MAX_CLOCK_MS)) throw new RangeError("the time is out of range");
    const whole = Math.round(nowMs);
    await this.#keep(running ? { offsetMs: whole - Math.round(this.#machine()) } : { stoppedAtMs: whole });
  }

  /** Moves the time forward by `ms`, or back when it is negative. @throws RangeError */
  async advance(ms: Milliseconds): Promise<void> {
    await this.set(this.now() + ms, !("stoppedAtMs" in this.#setting));
  }

  /** Shows the machine's time again. */
  async reset(): Promise<void> {
    await this.#keep(REAL);
  }

  async #keep(setting: Setting): Promise<void> {
    this.#setting = setting;
    const value = JSON.stringify(setting);
    await this.#db
      .insertInto("settings")
      .values({ name: NAME, value })
      .onConflict((on) => on.column("name").doUpdateSet({ value }))
      .execute();
  }
}
