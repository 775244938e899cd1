import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { approveDevice } from "../packages/client-sdk/test/approve-device";
import { writeContinuousPiece } from "./harness/continuous-piece";
import { type RunningServer, runServerCommand, startServer } from "./harness/server";

const program = fileURLToPath(new URL("../examples/minimal/play-album.mjs", import.meta.url));
let folder: string;
let server: RunningServer;
let frames: readonly number[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "segue-minimal-"));
  frames = await writeContinuousPiece(join(folder, "masters"), [3, 3]);
  const dataDir = join(folder, "data");
  const ingest = await runServerCommand(["ingest", join(folder, "masters")], { SEGUE_DATA_DIR: dataDir });
  expect(ingest.code, ingest.output).toBe(0);
  server = await startServer({ dataDir });
});
afterAll(async () => {
  await server?.remove();
  await rm(folder, { recursive: true, force: true });
});

test("the minimal program signs in with a code and plays an album into a file", async () => {
  const wav = join(folder, "album.wav");
  const child = spawn(process.execPath, [program, server.url, wav], {
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      ...process.env,
      HOME: folder,
      XDG_CONFIG_HOME: folder,
      XDG_DATA_HOME: folder,
      XDG_STATE_HOME: folder,
    },
  });
  let printed = "";
  let approved: Promise<unknown> | null = null;
  const onOutput = (chunk: Buffer) => {
    printed += chunk.toString();
    const code = /Open (\S+) and approve (\S+)\n/.exec(printed);
    if (code) approved ??= approveDevice(code[1]!, "ada", code[2]!);
  };
  child.stdout.on("data", onOutput);
  child.stderr.on("data", onOutput);
  const exit = await new Promise((resolve) => child.on("close", resolve));
  await approved;
  expect(exit, printed).toBe(0);
  expect(printed).toContain("Playing Part 2");
  const file = await readFile(wav);
  const total = frames.reduce((sum, count) => sum + count, 0);
  expect((file.length - 44) / ((2 * file.readUInt16LE(34)) / 8)).toBe(total);
});
