import { statSync } from "node:fs";
import { resolve } from "node:path";
import { parseConfig } from "../config";
import { openData } from "../server";
import { findFfmpeg } from "./ffmpeg";
import { type IngestSummary, ingestFolder } from "./ingest";
import { describeReason } from "./master-rejected";
import { ProgressLine, printable } from "./progress-line";

const HELP = `Usage: segue-server ingest FOLDER

Adds the recordings below FOLDER to the catalog: tags and cover art, loudness, audio features, and encrypted
renditions. WAV, FLAC and Ogg Vorbis need nothing else; MP3, AAC, Opus, AIFF and others need ffmpeg, which also
makes the AAC renditions. Lossless masters are best; lossy ones are accepted and marked.

Stop it at any time (Ctrl+C): run it again and it goes on where it was. Files that did not change are passed over.
Stop the server first: the data directory serves one process at a time.

Environment:
  SEGUE_DATA_DIR   where the catalog lives (default .segue)
  SEGUE_FFMPEG     the ffmpeg to use; "off" for none

Exit codes: 0 all files ingested, 1 some files refused or the run was cut short, 2 wrong use.
`;

/**
 * `segue-server ingest`. The data directory is locked while it runs.
 * @returns the exit code
 * @throws ConfigError, DataDirInUse
 */
export async function runIngestCli(argv: readonly string[]): Promise<number> {
  if (argv.includes("--help") || argv.includes("-h")) {
    process.stdout.write(HELP);
    return 0;
  }
  const [folder] = argv;
  if (argv.length !== 1 || !folder || folder.startsWith("-")) return misuse("Name one folder.");
  const path = resolve(folder);
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory())
    return misuse(`${printable(path)} is no folder.`);

  const stop = new AbortController();
  const onSignal = () => stop.abort();
  const data = await openData(parseConfig(process.env));
  process.once("SIGINT", onSignal).once("SIGTERM", onSignal);
  const line = new ProgressLine(process.stdout, Date.now);
  try {
    if (!(await findFfmpeg())) {
      process.stdout.write(
        "ffmpeg was not found: no AAC renditions; only WAV, FLAC and Ogg Vorbis can be read.\n",
      );
    }
    const { context } = data;
    const summary = await ingestFolder(path, {
      db: context.db,
      dataDir: context.config.dataDir,
      secret: context.secrets.content,
      now: context.now,
      signal: stop.signal,
      onProgress: (progress) => line.show(progress),
    });
    line.end();
    report(summary);
    return summary.rejected.length > 0 || summary.cancelled ? 1 : 0;
  } finally {
    process.off("SIGINT", onSignal).off("SIGTERM", onSignal);
    await data.close();
  }
}

function misuse(line: string): number {
  process.stderr.write(`${line}\n\n${HELP}`);
  return 2;
}

function report({ ingested, unchanged, lossy, rejected, cancelled }: IngestSummary): void {
  for (const { path, reason, detail } of rejected) {
    const why = detail ? `${describeReason(reason)} ${printable(detail)}` : describeReason(reason);
    process.stdout.write(`  refused  ${printable(path)}  [${reason}] ${why}\n`);
  }
  const marked = lossy > 0 ? ` (${lossy} from lossy sources)` : "";
  process.stdout.write(
    `${ingested} ingested${marked}, ${unchanged} unchanged, ${rejected.length} refused.\n`,
  );
  if (cancelled) process.stdout.write("Stopped. Run the same command again to go on.\n");
}
