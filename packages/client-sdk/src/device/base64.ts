/** Standard base64 with padding, as protobuf's JSON writes bytes. */
export function toBase64(bytes: Uint8Array): string {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}

/** Reads standard and URL-safe base64, padded or not; null for anything else. */
export function fromBase64(value: unknown): Uint8Array | null {
  if (typeof value !== "string" || !/^[\w+/-]*={0,2}$/.test(value)) return null;
  try {
    const binary = atob(value.replaceAll("-", "+").replaceAll("_", "/").replace(/=+$/, ""));
    return Uint8Array.from(binary, (char) => char.charCodeAt(0));
  } catch {
    return null;
  }
}
