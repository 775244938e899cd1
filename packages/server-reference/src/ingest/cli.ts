import { statSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { parseConfig } from "../config";
import { findFfmpeg } from "../production/read/ffmpeg";
import { describeReason } from "../production/read/master-rejected";
import { openData } from "../server";
import { onStopSignal } from "../stop-signals";
import { type IngestSummary, ingestFolder } from "./ingest";
import { ProgressLine, printable } from "./progress-line";

const HELP = `Usage: segue-server ingest FOLDER [--prune] [--timeout SECONDS]

Brings the catalog up to the recordings below FOLDER: tags and cover art, loudness, audio features, and encrypted
renditions. WAV, FLAC and Ogg Vorbis need nothing else; MP3, AAC, Opus, AIFF and others need ffmpeg, which also
makes the AAC renditions. Lossless masters are best; lossy ones are accepted and marked.

Run it again whenever the folder changes. A file with new content keeps its track and replaces the audio; a renamed
or moved file keeps its track; a deleted file's track stays, unless you say --prune. Files that did not change are
passed over.

Stop it at any time with Ctrl+C: what is done is kept, run it again and it goes on. A second Ctrl+C stops at once.
Stop the server first: the data directory serves one process at a time.

Options:
  --prune              remove the tracks of files that are gone from FOLDER
  --timeout SECONDS    give a file up that makes no progress for this long (default 300)

Environment:
  SEGUE_DATA_DIR   where the catalog lives (default .segue)
  SEGUE_FFMPEG     the ffmpeg to use; "off" for none

Exit codes: 0 all files ingested, 1 some files refused, 2 wrong use, 130 stopped before the end.
`;

const MAX_TIMEOUT_S = 24 * 3600;

interface Options {
  readonly folder: string;
  readonly prune: boolean;
  readonly stallMs: number | undefined;
}

/** @throws Error whose message says what is wrong */
function readOptions(argv: readonly string[]): Options | "help" {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      help: { type: "boolean", short: "h" },
      prune: { type: "boolean", default: false },
      timeout: { type: "string" },
    },
  });
  if (values.help) return "help";
  const [folder] = positionals;
  if (positionals.length !== 1 || !folder) throw new Error("Name one folder.");
  const path = resolve(folder);
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory())
    throw new Error(`${printable(path)} is no folder.`);
  const seconds = values.timeout === undefined ? undefined : Number(values.timeout);
  if (seconds !== undefined && !(seconds > 0 && seconds <= MAX_TIMEOUT_S))
    throw new Error(`--timeout is a number of seconds up to ${MAX_TIMEOUT_S}.`);
  return {
    folder: path,
    prune: values.prune,
    stallMs: seconds === undefined ? undefined : Math.ceil(seconds * 1000),
  };
}

/**
 * `segue-server ingest`. The data directory is locked while it runs.
 * @returns the exit code
 * @throws ConfigError, DataDirInUse
 */
export async function runIngestCli(argv: readonly string[]): Promise<number> {
  let options: Options | "help";
  try {
    options = readOptions(argv);
  } catch (error) {
    process.stderr.write(`segue-server ingest: ${(error as Error).message} See --help.\n`);
    return 2;
  }
  const print = (line: string) => process.stdout.write(`${line}\n`);
  if (options === "help") {
    process.stdout.write(HELP);
    return 0;
  }
  const data = await openData(parseConfig(process.env));
  const line = new ProgressLine(process.stdout, Date.now);
  const stop = new AbortController();
  const listening = onStopSignal(() => {
    line.end();
    print("Stopping; files under way begin anew next time. Press Ctrl+C again to stop at once.");
    stop.abort();
  });
  try {
    const ffmpeg = await findFfmpeg(data.context.config.ffmpeg);
    if (!ffmpeg) print("ffmpeg was not found: no AAC renditions; only WAV, FLAC and Ogg Vorbis can be read.");
    const { context } = data;
    const summary = await ingestFolder(options.folder, {
      db: context.db,
      dataDir: context.config.dataDir,
      secret: context.secrets.content,
      ffmpeg,
      now: context.now,
      signal: stop.signal,
      onProgress: (progress) => line.show(progress),
      prune: options.prune,
      ...(options.stallMs === undefined ? {} : { stallMs: options.stallMs }),
    });
    line.end();
    for (const each of report(summary, options.prune)) print(each);
    if (summary.cancelled) return 130;
    return summary.rejected.length > 0 ? 1 : 0;
  } finally {
    await data.close();
    listening();
  }
}

const SHOWN = 10;

/** What a person reads at the end. */
function report(summary: IngestSummary, prune: boolean): string[] {
  const lines: string[] = [];
  for (const { path, reason, detail } of summary.rejected) {
    const why = detail ? `${describeReason(reason)} ${printable(detail)}` : describeReason(reason);
    lines.push(`  refused  ${printable(path)}  [${reason}] ${why}`);
  }
  const { ingested, replaced, moved, updated, unchanged, lossy, rejected, missing, pruned, collected } =
    summary;
  if (missing.length > 0 && pruned === 0) {
    for (const path of missing.slice(0, SHOWN)) lines.push(`  gone     ${printable(path)}`);
    if (missing.length > SHOWN) lines.push(`  gone     … and ${missing.length - SHOWN} more`);
    lines.push(
      prune
        ? "Nothing was pruned: the folder could not be read whole, or holds no recordings at all."
        : "Tracks of files that are gone were kept; --prune removes them.",
    );
  }
  const extra = Object.entries({ replaced, moved, updated, pruned }).filter(([, count]) => count > 0);
  const more = extra.map(([word, count]) => `, ${count} ${word}`).join("");
  const marked = lossy > 0 ? ` (${lossy} from lossy sources)` : "";
  lines.push(`${ingested} ingested${marked}${more}, ${unchanged} unchanged, ${rejected.length} refused.`);
  if (collected.removed > 0)
    lines.push(`${collected.removed} unused files removed (${megabytes(collected.removedBytes)}).`);
  if (summary.cancelled) lines.push("Stopped. Run the same command again to go on.");
  return lines;
}

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
