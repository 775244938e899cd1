import type { Pcm } from "../read/pcm";

/** Writes `pcm` as 16-bit or 32-bit float WAVE. */
export function encodeWav(pcm: Pcm, sample: "int16" | "float32" = "float32"): Uint8Array {
  const frames = pcm.channels[0]?.length ?? 0;
  const width = sample === "int16" ? 2 : 4;
  const stride = width * pcm.channels.length;
  const bytes = new Uint8Array(44 + frames * stride);
  const view = new DataView(bytes.buffer);
  const text = (at: number, value: string) => {
    for (let i = 0; i < value.length; i++) bytes[at + i] = value.charCodeAt(i);
  };
  text(0, "RIFF");
  view.setUint32(4, bytes.length - 8, true);
  text(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, sample === "int16" ? 1 : 3, true);
  view.setUint16(22, pcm.channels.length, true);
  view.setUint32(24, pcm.sampleRate, true);
  view.setUint32(28, pcm.sampleRate * stride, true);
  view.setUint16(32, stride, true);
  view.setUint16(34, width * 8, true);
  text(36, "data");
  view.setUint32(40, frames * stride, true);
  pcm.channels.forEach((channel, index) => {
    for (let i = 0; i < frames; i++) {
      const at = 44 + i * stride + index * width;
      if (width === 4) view.setFloat32(at, channel[i]!, true);
      else view.setInt16(at, Math.max(-32_768, Math.min(32_767, Math.round(channel[i]! * 32_768))), true);
    }
  });
  return bytes;
}
