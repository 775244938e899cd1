/** `segue-server serve`. */

import { setTimeout as sleep } from "node:timers/promises";
import type { ServerConfig } from "../config";
import { startServer } from "../server";
import { startDemo } from "./demo";

/** What the demo has under way is done anew on the next start, so that nothing waits for it longer. */
const STOP_DEMO_MS = 3000;

/** Runs the server until SIGINT or SIGTERM; a second signal ends it at once. Returns the exit code. */
export async function serve(config: ServerConfig, print: (line: string) => void): Promise<number> {
  const server = await startServer(config);
  print(`Segue listens at ${server.url}/`);
  print(`Data is in ${config.dataDir}. The API reference is at ${server.url}/docs.`);
  if (config.sandbox) print("Sandbox: sign in as Ada (premium) or Bob (free) with one click.");
  if (server.context.sandbox?.clock.moved)
    print(
      `The sandbox's clock shows ${new Date(server.context.now()).toISOString()}; DELETE /v1/sandbox/clock sets it right.`,
    );
  print("Press Ctrl+C to stop.");
  let stopDemo: (() => Promise<void>) | null = null;
  if (config.demo) {
    try {
      stopDemo = await startDemo(server.context, print);
    } catch (error) {
      server.context.logger.error({ err: error }, "demo failed");
      print("The demo could not be prepared; the log says why.");
    }
  }
  const signal = await new Promise<NodeJS.Signals>((resolve) => {
    for (const name of ["SIGINT", "SIGTERM"] as const) {
      process.once(name, () => {
        process.once(name, () => process.exit(130));
        resolve(name);
      });
    }
  });
  print(`Stopping (${signal}).`);
  await Promise.race([stopDemo?.(), sleep(STOP_DEMO_MS, undefined, { ref: false })]);
  await server.close();
  return 0;
}
