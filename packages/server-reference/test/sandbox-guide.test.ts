import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "./harness";

const guide = readFileSync(new URL("../../../docs/guides/sandbox.md", import.meta.url), "utf8");
const blocks = [...guide.matchAll(/```sh\n([\s\S]*?)```/g)].map((match) => match[1]!);
let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

test("the sandbox guide's examples work as written", async () => {
  expect(blocks.length).toBeGreaterThan(4);
  // A refused call ends the script, but for the one that is there to be refused.
  const script = blocks
    .join("\n")
    .split("\n")
    .map((line) =>
      line.includes("# token_expired") ? line : line.replaceAll("curl -sS", "curl -sS --fail-with-body"),
    )
    .join("\n");
  const { stdout } = await promisify(execFile)("bash", ["-euo", "pipefail", "-c", script], {
    env: { ...process.env, SEGUE: server.url },
  });
  expect(stdout).toContain("token_expired");
  expect(stdout).toContain('"kind":"truncate"');
  expect(server.sandbox?.faults.idle).toBe(true);
  expect(server.sandbox?.clock.moved).toBe(false);
});
