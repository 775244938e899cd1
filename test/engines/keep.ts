/** Starts an engine that ends with the process that started it, also when that one is killed. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** A program that listens until it is told to stop. */
export interface EngineProgram {
  readonly command: string;
  readonly args: readonly string[];
  /** Its working directory, which holds nothing but its own data: it is removed in the end. */
  readonly folder: string;
  /** The signal by which it stops quickly and cleanly. */
  readonly signal: NodeJS.Signals;
  /** What it prints once it answers. */
  readonly ready: RegExp;
  /** Another system user to run as. */
  readonly user?: { readonly uid: number; readonly gid: number };
}

/** A running engine. */
export interface KeptEngine {
  /** Resolves once the engine has ended and its folder is gone. */
  stop(): Promise<void>;
}

const KEEPER = fileURLToPath(new URL("keeper.mjs", import.meta.url));
/** How long an engine may take to answer, in milliseconds. */
const START_MS = 60_000;

/** Starts `program` and resolves once it is ready. @throws Error with what it printed when it ends before */
export function keepEngine(program: EngineProgram): Promise<KeptEngine> {
  const { ready, user, ...rest } = program;
  const keeper = spawn(process.execPath, [KEEPER, JSON.stringify({ ...rest, ...user })], {
    stdio: ["pipe", "pipe", "pipe"],
  });
  const ended = new Promise<void>((resolve) => keeper.once("close", () => resolve()));
  const stop = () => {
    keeper.stdin.end();
    return ended;
  };
  return new Promise((resolve, reject) => {
    let said = "";
    const fail = (why: string) => reject(new Error(`${program.command} ${why}: ${said.slice(-2_000)}`));
    const late = setTimeout(() => stop().then(() => fail("did not get ready in time")), START_MS);
    const hear = (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-10_000);
      if (!ready.test(said)) return;
      clearTimeout(late);
      resolve({ stop });
    };
    keeper.stdout.on("data", hear);
    keeper.stderr.on("data", hear);
    ended.then(() => {
      clearTimeout(late);
      fail("ended before it was ready");
    });
  });
}
