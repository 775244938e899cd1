/** Media objects, and the URLs that open them. */
import { type Codec, TIERS } from "@segue/core";
import type { ServerContext } from "../../context";
import type { Module } from "../module";
import { aacTiers } from "./aac-tiers";
import { MediaUrlSigner } from "./media-url";
import type { RenditionStore } from "./rendition-store";
import { mediaRoutes } from "./routes";
import type { MediaFiles } from "./service";

/** A codec, and the bitrates in which there is audio of it. */
export interface CodecOffer {
  readonly codec: Codec;
  readonly bitratesKbps: readonly number[];
}

/** What media use. */
export interface MediaNeeds {
  readonly files: MediaFiles;
  readonly renditions: Pick<RenditionStore, "tiers">;
}

/** What media offer. */
export interface MediaModule extends Module {
  readonly signer: MediaUrlSigner;
  /** The codecs of the server's audio, best first. */
  readonly codecs: () => Promise<readonly CodecOffer[]>;
}

/** Makes the area of media. */
export function mediaModule({ secrets, now }: ServerContext, { files, renditions }: MediaNeeds): MediaModule {
  const readAacTiers = aacTiers(renditions, () => performance.now());
  const signer = new MediaUrlSigner(secrets.mediaUrl);
  const withoutAac = "The server has no AAC renditions; ingest with ffmpeg installed.";
  return {
    name: "media",
    routes: (app) => mediaRoutes(app, { signer, files, now }),
    capabilities: [
      { name: "codec.vorbis", missing: () => null },
      { name: "codec.aac", missing: async () => ((await readAacTiers()).length > 0 ? null : withoutAac) },
    ],
    signer,
    codecs: async () => {
      const aac = await readAacTiers();
      const vorbis: CodecOffer = { codec: "vorbis", bitratesKbps: TIERS.vorbis };
      return aac.length > 0 ? [vorbis, { codec: "aac", bitratesKbps: aac }] : [vorbis];
    },
  };
}
