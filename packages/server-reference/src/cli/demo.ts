/** The demo beside a running server: seeds the catalog, renders in the background, says how far it is. */

import type { ServerContext } from "../context";
import { seedDemo, startDemoRenderer } from "../demo/index";
import type { PrepareDesk } from "../modules/playback/prepare";
import { findFfmpeg } from "../production/read/ffmpeg";
import type { Console } from "./console";

const REPORT_MS = 2000;
/** How soon a listener who waits for a track is told to ask again. */
const ASK_AGAIN_MS = 1500;

/**
 * Starts the demo, which from then on prepares the tracks that listeners wait for.
 * @returns ends the work under way
 */
export async function startDemo(
  context: ServerContext,
  out: Console,
  preparing: PrepareDesk,
): Promise<() => Promise<void>> {
  await seedDemo(context);
  const renderer = startDemoRenderer(context, await findFfmpeg(context.config.ffmpeg));
  preparing.answerWith((trackId) => {
    renderer
      .requestTrack(trackId)
      .catch((error) => context.logger.warn({ err: error }, "track not moved up"));
    return ASK_AGAIN_MS;
  });
  const tick = async () => {
    const { total, ready, failed, complete } = await renderer.progress();
    const failures = failed > 0 ? `, ${failed} failed` : "";
    if (ready + failed < total) {
      const share = (ready + failed) / total;
      out.progress(
        share,
        `Demo audio: ${ready} of ${total} tracks ready${failures}; press any, it comes next.`,
      );
      return;
    }
    clearInterval(timer);
    const rest = complete < total ? " Further bitrates follow in the background." : "";
    out.line(`Demo audio: all ${ready} tracks ready${failures}.${rest}`);
  };
  const timer = setInterval(() => void tick().catch(() => {}), REPORT_MS);
  await tick();
  return async () => {
    clearInterval(timer);
    await renderer.stop();
  };
}
