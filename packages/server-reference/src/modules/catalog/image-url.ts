/** Path of the image with `hash`; null for none. */
export function imageUrl(hash: string | null): string | null {
  return hash === null ? null : `/v1/images/${hash}`;
}
