/** `segue-server serve`. */

import { setTimeout as sleep } from "node:timers/promises";
import type { ServerConfig } from "../config";
import { collectGarbage } from "../ingest/collect-garbage";
import { RetiredObjects } from "../ingest/retired-objects";
import { PrepareDesk } from "../modules/playback/prepare";
import { startServer } from "../server";
import { onStopSignal } from "../stop-signals";
import type { Console } from "./console";
import { startDemo } from "./demo";

/** What the demo has under way is done anew on the next start, so that nothing waits for it longer. */
const STOP_DEMO_MS = 3000;

/** Runs the server until SIGINT or SIGTERM; a second signal ends it at once. Returns the exit code. */
export async function serve(config: ServerConfig, out: Console): Promise<number> {
  const stopped = new Promise<NodeJS.Signals>((resolve) => onStopSignal(resolve));
  // The server listens before the demo is there, so that it can be used while the demo is made.
  const preparing = new PrepareDesk();
  const server = await startServer(config, { prepare: preparing.ask });
  out.line(`Segue listens at ${server.url}/`);
  out.line(`Data is in ${config.dataDir}. The API reference is at ${server.url}/docs.`);
  if (config.sandbox) out.line("Sandbox: sign in as Ada (premium) or Bob (free) with one click.");
  if (server.sandbox?.clock.moved)
    out.line(
      `The sandbox's clock shows ${new Date(server.context.now()).toISOString()}; DELETE /v1/sandbox/clock sets it right.`,
    );
  out.line("Press Ctrl+C to stop.");
  await collectGarbage(new RetiredObjects(server.context.db), config.dataDir, server.context.now()).catch(
    (error: unknown) => server.context.logger.warn({ err: error }, "unused files were not removed"),
  );
  let stopDemo: (() => Promise<void>) | null = null;
  if (config.demo) {
    try {
      stopDemo = await startDemo(server.context, out, preparing);
    } catch (error) {
      server.context.logger.error({ err: error }, "demo failed");
      out.line("The demo could not be prepared; the log says why.");
    }
  }
  const signal = await stopped;
  out.line(`Stopping (${signal}).`);
  await Promise.race([stopDemo?.(), sleep(STOP_DEMO_MS, undefined, { ref: false })]);
  await server.close();
  return 0;
}
