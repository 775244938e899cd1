/** What a person sees who stops an ingest, or gives it a file that takes for ever. */
import { execFile, spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeContinuousPiece } from "./harness/continuous-piece";
import { runServerCommand, SERVER_PROGRAM } from "./harness/server";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "segue-ingest-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Ingests `masters` and sends SIGINT as soon as `tracks` are done. */
function interruptedIngest(masters: string, dataDir: string, tracks: number) {
  return new Promise<{ code: number | null; output: string }>((resolve, reject) => {
    const child = spawn(process.execPath, [SERVER_PROGRAM, "ingest", masters], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, SEGUE_DATA_DIR: dataDir, SEGUE_FFMPEG: "off" },
    });
    let output = "";
    let isSent = false;
    const read = (chunk: Buffer) => {
      output += chunk.toString();
      if (isSent || !output.includes(`\n${tracks}/`)) return;
      isSent = true;
      child.kill("SIGINT");
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, output }));
  });
}

const ffmpeg = await findProgram();

/** The ffmpeg of this machine, or null. */
function findProgram(): Promise<string | null> {
  return new Promise((resolve) => {
    const command = process.env.SEGUE_FFMPEG ?? "ffmpeg";
    execFile(command, ["-version"], (error) => resolve(error ? null : command));
  });
}

const counted = (output: string) =>
  (/(\d+) ingested.*?, (\d+) unchanged, (\d+) refused/.exec(output) ?? []).slice(1).map(Number);

// Beside each other: one of them waits for 20 s that nothing happens.
describe.concurrent("ingest at the command line", () => {
  it("stops on Ctrl+C, says what is done, and goes on from there", async () => {
    const masters = join(folder, "masters");
    await writeContinuousPiece(masters, Array(12).fill(2));
    const dataDir = join(folder, "stopped");
    const stopped = await interruptedIngest(masters, dataDir, 2);
    expect(stopped.code, stopped.output).toBe(130);
    expect(stopped.output).toContain("Press Ctrl+C again to stop at once.");
    expect(stopped.output).toContain("Run the same command again to go on.");
    const [done] = counted(stopped.output);
    expect(done).toBeGreaterThanOrEqual(2);
    expect(done).toBeLessThan(12);
    const env = { SEGUE_DATA_DIR: dataDir, SEGUE_FFMPEG: "off" };
    const rest = await runServerCommand(["ingest", masters], env);
    expect(rest.code, rest.output).toBe(0);
    expect(counted(rest.output)).toEqual([12 - done!, done, 0]);
    const left = await readdir(join(dataDir, "media"), { recursive: true });
    expect(left.filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  it.skipIf(!ffmpeg)("gives up a file that a decoder never finishes, and ingests the others", async () => {
    const masters = join(folder, "slow");
    await writeContinuousPiece(masters, [1, 1]);
    // The head of an MP3 frame; the decoder below does not look at it.
    await writeFile(
      join(masters, "0 endless.mp3"),
      Buffer.concat([Buffer.of(0xff, 0xfb, 0x90, 0x64), Buffer.alloc(4000)]),
    );
    const pidFile = join(folder, "pid");
    const decoder = join(folder, "ffmpeg.sh");
    const hang = `*"-f mp3"*) echo $$ > ${pidFile}; exec sleep 900;;`;
    await writeFile(decoder, `#!/bin/sh\ncase "$*" in ${hang} *) exec ${ffmpeg} "$@";; esac\n`, {
      mode: 0o755,
    });
    const env = { SEGUE_DATA_DIR: join(folder, "slow-data"), SEGUE_FFMPEG: decoder };
    const { code, output } = await runServerCommand(["ingest", masters, "--timeout", "20"], env);
    expect(output).toContain("refused  0 endless.mp3  [timeout]");
    expect(counted(output)).toEqual([2, 0, 1]);
    expect(code).toBe(1);
    const pid = Number(await readFile(pidFile, "utf8"));
    const state = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => ") Z ");
    expect(state).toContain(") Z ");
  });

  it("says in one line what is wrong with its arguments", async () => {
    for (const args of [
      [],
      ["a", "b"],
      [join(folder, "nowhere")],
      [folder, "--timeout", "soon"],
      ["--nonsense"],
    ]) {
      const { code, output } = await runServerCommand(["ingest", ...args], {
        SEGUE_DATA_DIR: join(folder, "x"),
      });
      expect(code, output).toBe(2);
      expect(output.trim().split("\n").length, output).toBe(1);
    }
    const help = await runServerCommand(["ingest", "--help"], {});
    expect(help.code).toBe(0);
    expect(help.output).toContain("--prune");
  });
});
