import { SegueError } from "@segue/core";
import { VorbisDecoder } from "./decode/vorbis";
import type { EngineEnvironment } from "./engine-environment";

/** What browsers and Node share. `baseUrl` resolves relative media URLs. */
export function baseEnvironment(options: {
  readonly baseUrl?: string | undefined;
  readonly fetch?: typeof fetch | undefined;
}): EngineEnvironment {
  const send = options.fetch ?? fetch;
  return {
    fetch: (url, init) => send(url, init),
    now: () => performance.now(),
    wall: () => Date.now(),
    random: () => Math.random(),
    resolve: (url) => new URL(url, options.baseUrl).href,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        const finish = () => {
          clearTimeout(timer);
          signal.removeEventListener("abort", finish);
          resolve();
        };
        const timer = setTimeout(finish, ms);
        signal.addEventListener("abort", finish, { once: true });
      }),
    async openDecoder(manifest, reader) {
      if (manifest.codec !== "vorbis") throw new SegueError("codec_unsupported", { detail: manifest.codec });
      return VorbisDecoder.open(
        reader,
        manifest.trimStartFrames + manifest.totalFrames + manifest.trimEndFrames,
      );
    },
  };
}
