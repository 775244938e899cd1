import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { approveDevice } from "../packages/client-sdk/test/approve-device";
import { type IngestedPiece, serveContinuousPiece } from "./harness/ingested-piece";

const program = fileURLToPath(new URL("../examples/minimal/play-album.mjs", import.meta.url));
let piece: IngestedPiece;

beforeAll(async () => {
  piece = await serveContinuousPiece([3, 3]);
});
afterAll(() => piece?.remove());

test("the minimal program signs in with a code and plays an album into a file", async () => {
  const { folder, server, totalFrames } = piece;
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
  expect((file.length - 44) / ((2 * file.readUInt16LE(34)) / 8)).toBe(totalFrames);
});
