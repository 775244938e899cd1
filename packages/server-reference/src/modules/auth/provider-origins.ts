/** Where a page must be allowed to go in order to sign in with another OpenID provider. */
import { isLoopbackName } from "../../loopback";
import { readMetadata } from "./provider-metadata";

const ENDPOINTS = ["token_endpoint", "revocation_endpoint"];
/** How long the provider is waited for: a page waits, too. */
const TIMEOUT_MS = 2000;
/** How long an answer is used. */
const FRESH_MS = 600_000;
/** How long a provider that did not answer is left alone. */
const PAUSE_MS = 5000;

/** The origin of an address that a page may send tokens to; null for any other. */
function originOf(url: unknown): string | null {
  if (typeof url !== "string" || !URL.canParse(url)) return null;
  const { protocol, hostname, origin } = new URL(url);
  // Host names may hold what ends a directive of a content security policy.
  if (!/^[\w.-]+$|^\[[\da-f:]+\]$/.test(hostname)) return null;
  return protocol === "https:" || (protocol === "http:" && isLoopbackName(hostname)) ? origin : null;
}

/**
 * Reads the origins of the endpoints that a page calls: some providers have them at another than the issuer's, which is
 * among them and alone while the provider is away.
 * @param clock monotonic, in milliseconds
 */
export function providerOrigins(issuer: string, clock: () => number): () => Promise<readonly string[]> {
  const alone = [new URL(issuer).origin];
  let staleAtMs = Number.NEGATIVE_INFINITY;
  let reading: Promise<readonly string[]> = Promise.resolve(alone);

  async function read(last: Promise<readonly string[]>): Promise<readonly string[]> {
    try {
      const said = await readMetadata(issuer, AbortSignal.timeout(TIMEOUT_MS));
      const found = ENDPOINTS.map((name) => originOf(said[name])).filter((origin) => origin !== null);
      return [...new Set([...alone, ...found])];
    } catch {
      staleAtMs = clock() + PAUSE_MS;
      return last;
    }
  }
  return () => {
    if (clock() < staleAtMs) return reading;
    staleAtMs = clock() + FRESH_MS;
    reading = read(reading);
    return reading;
  };
}
