import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeContinuousPiece } from "./continuous-piece";
import { type RunningServer, runServerCommand, startServer } from "./server";

/** A server whose only album is one piece of sound, cut into tracks. */
export interface IngestedPiece {
  readonly server: RunningServer;
  /** Where tests may write; it goes away with the server. */
  readonly folder: string;
  /** Frames of each track. */
  readonly frames: readonly number[];
  readonly totalFrames: number;
  remove(): Promise<void>;
}

/**
 * Writes the continuous piece, ingests it and serves it with `env`; as Vorbis, and as AAC where `aac` says so.
 * @throws Error with the ingest's output when that fails
 */
export async function serveContinuousPiece(
  seconds: readonly number[],
  { env = {}, aac = false }: { readonly env?: Record<string, string>; readonly aac?: boolean } = {},
): Promise<IngestedPiece> {
  const folder = await mkdtemp(join(tmpdir(), "segue-piece-"));
  const masters = join(folder, "masters");
  const dataDir = join(folder, "data");
  const frames = await writeContinuousPiece(masters, seconds);
  const encoder: Record<string, string> = aac ? {} : { SEGUE_FFMPEG: "off" };
  const ingest = await runServerCommand(["ingest", masters], { SEGUE_DATA_DIR: dataDir, ...encoder });
  if (ingest.code !== 0) throw new Error(ingest.output);
  const server = await startServer({ dataDir, env });
  return {
    server,
    folder,
    frames,
    totalFrames: frames.reduce((sum, count) => sum + count, 0),
    async remove() {
      await server.remove();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
