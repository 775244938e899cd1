import { nameTokens } from "./tokens";

const SHORTEST = 3;
const LONGEST = 6;
/** Features of one name that are used. */
export const MAX_NAME_FEATURES = 512;

/**
 * The features of a name as buckets below `buckets`: every token, and every run of 3 to 6 characters of a word between
 * angle brackets (Bojanowski et al. 2017), so that inflections, misspellings and words that were never seen resemble
 * what was. Each bucket is FNV-1a, 32 bits, of the feature's UTF-16 code units after a letter for its kind, modulo
 * `buckets`. The same bucket may come several times. A name without words and emoji has no features.
 */
export function nameFeatures(name: string, buckets: number): Uint32Array {
  const features: number[] = [];
  for (const { kind, text } of nameTokens(name)) {
    features.push(bucketOf(kind === "word" ? "w" : "e", text, buckets));
    if (kind === "word") pushRuns(features, text, buckets);
    if (features.length >= MAX_NAME_FEATURES) return Uint32Array.from(features.slice(0, MAX_NAME_FEATURES));
  }
  return Uint32Array.from(features);
}

function pushRuns(features: number[], word: string, buckets: number): void {
  const characters = [..."<", ...word, ">"];
  for (let from = 0; from < characters.length && features.length < MAX_NAME_FEATURES; from++)
    for (let length = SHORTEST; length <= LONGEST && from + length <= characters.length; length++)
      // The whole word in brackets says no more than the word itself.
      if (length < characters.length)
        features.push(bucketOf("n", characters.slice(from, from + length).join(""), buckets));
}

function bucketOf(kind: string, text: string, buckets: number): number {
  let hash = Math.imul(0x811c9dc5 ^ kind.charCodeAt(0), 0x01000193);
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    hash = Math.imul(hash ^ (unit & 255), 0x01000193);
    hash = Math.imul(hash ^ (unit >> 8), 0x01000193);
  }
  return (hash >>> 0) % buckets;
}
