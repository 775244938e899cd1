import type { Codec } from "@segue/core";

const AAC_LC = { codec: "mp4a.40.2", sampleRate: 44_100, numberOfChannels: 2 };

/**
 * What the engine can play in this browser, best first. Vorbis is decoded by the engine itself, the same everywhere; AAC by the
 * browser, where it has a decoder and this page may use it (a secure context).
 */
export async function playableCodecs(): Promise<readonly Codec[]> {
  return (await decodesAac()) ? ["vorbis", "aac"] : ["vorbis"];
}

async function decodesAac(): Promise<boolean> {
  if (typeof AudioDecoder === "undefined") return false;
  try {
    return (await AudioDecoder.isConfigSupported(AAC_LC)).supported === true;
  } catch {
    return false;
  }
}
