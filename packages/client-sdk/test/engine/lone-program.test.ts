import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const program = fileURLToPath(new URL("lone-program.ts", import.meta.url));

/** Runs the program until it ends by itself; a program that does not is killed and says so. */
function run(
  ...args: string[]
): Promise<{ readonly exit: number | string | null; readonly printed: string }> {
  const child = spawn(process.execPath, ["--import", "tsx", "--conditions=segue-source", program, ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let printed = "";
  child.stdout.on("data", (chunk) => {
    printed += chunk;
  });
  const timer = setTimeout(() => child.kill("SIGKILL"), 25_000);
  return new Promise((resolve) =>
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      resolve({ exit: signal ?? code, printed: printed.trim() });
    }),
  );
}

test.each(["null", "command", "later"])(
  "a program lives until its music has ended, then ends: %s",
  async (output) => {
    expect(await run(output)).toEqual({ exit: 0, printed: `ended ${2 * 44_100}` });
  },
);
test("a paused engine keeps no program alive", async () => {
  expect(await run("paused")).toEqual({ exit: 0, printed: "" });
});
test("a client that nobody closes keeps no program alive", async () => {
  expect(await run("client", "/dev/null")).toEqual({ exit: 0, printed: "signed_out" });
});
