/** The demo beside a running server: seeds the catalog, renders in the background, says how far it is. */

import type { ServerContext } from "../context";
import { seedDemo, startDemoRenderer } from "../demo/index";
import { setPrepareTrack } from "../modules/playback/services";

const REPORT_MS = 5000;
/** How soon a listener who waits for a track is told to ask again. */
const ASK_AGAIN_MS = 2000;

/**
 * Starts the demo.
 * @param report takes a line about progress
 * @returns ends the work under way
 */
export async function startDemo(
  context: ServerContext,
  report: (line: string) => void,
): Promise<() => Promise<void>> {
  await seedDemo(context);
  const renderer = startDemoRenderer(context);
  setPrepareTrack(context, (trackId) => {
    renderer
      .requestTrack(trackId)
      .catch((error) => context.logger.warn({ err: error }, "track not moved up"));
    return ASK_AGAIN_MS;
  });
  let last = "";
  const tick = async () => {
    const { total, ready, failed } = await renderer.progress();
    const failures = failed > 0 ? `, ${failed} failed` : "";
    const line = `Demo audio: ${ready} of ${total} tracks ready${failures}.`;
    if (line !== last) report(line);
    last = line;
    if (ready + failed >= total) clearInterval(timer);
  };
  const timer = setInterval(() => void tick().catch(() => {}), REPORT_MS);
  await tick();
  return async () => {
    clearInterval(timer);
    await renderer.stop();
  };
}
