/** Writes stereo frames as 16-bit little-endian PCM, or as 32-bit floats, to a new buffer. */
export function interleave(
  left: Float32Array,
  right: Float32Array,
  frames: number,
  sample: "s16" | "f32",
): Uint8Array {
  const bytes = new Uint8Array(frames * (sample === "s16" ? 4 : 8));
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < frames; i++) {
    if (sample === "f32") {
      view.setFloat32(i * 8, left[i]!, true);
      view.setFloat32(i * 8 + 4, right[i]!, true);
    } else {
      view.setInt16(i * 4, toInt16(left[i]!), true);
      view.setInt16(i * 4 + 2, toInt16(right[i]!), true);
    }
  }
  return bytes;
}

function toInt16(sample: number): number {
  return Math.round(Math.min(1, Math.max(-1, sample)) * 32_767);
}
