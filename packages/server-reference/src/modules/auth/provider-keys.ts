/** The public keys of another OpenID provider: found by discovery, fetched when they are needed. */
import { createRemoteJWKSet, customFetch, errors, type JWTVerifyGetKey } from "jose";
import { isLoopbackName } from "../../loopback";
import { readJson, readMetadata } from "./provider-metadata";

/** How long keys are used before they are fetched again. */
const FRESH_MS = 600_000;

/** The provider does not answer, or not as it should. */
export class ProviderUnreachable extends Error {
  override readonly name = "ProviderUnreachable";
}

/** How often a provider is asked. */
export interface ProviderKeyOptions {
  /** Least time between two fetches for key ids that are not known, whoever makes them up. Default 30 s. */
  readonly cooldownMs?: number;
  /** How long a provider that did not answer is left alone. Default 5 s. */
  readonly pauseMs?: number;
  /** How long an answer is waited for. Default 5 s. */
  readonly timeoutMs?: number;
}

/** Where the metadata of `issuer` say that the keys are. */
async function keysOf(issuer: string, signal: AbortSignal): Promise<URL> {
  const keys = new URL(String((await readMetadata(issuer, signal)).jwks_uri));
  if (keys.protocol !== "https:" && !isLoopbackName(keys.hostname))
    throw new Error("its keys are not at an https address");
  return keys;
}

/**
 * Finds the key of a token of `issuer`. Both documents are read anew every 10 minutes, and when a key id is not known,
 * which is how a rotation is noticed; requests that need them at the same time share one fetch.
 * @returns rejects with ProviderUnreachable, or with jose's JWKSNoMatchingKey
 */
export function providerKeys(issuer: string, options: ProviderKeyOptions = {}): JWTVerifyGetKey {
  const { cooldownMs = 30_000, pauseMs = 5000, timeoutMs = 5000 } = options;
  let pausedUntil = Number.NEGATIVE_INFINITY;

  async function fetchKeys(_url: string, { signal }: { signal: AbortSignal }): Promise<Response> {
    if (performance.now() < pausedUntil) throw new ProviderUnreachable("left alone for a moment");
    try {
      return Response.json(await readJson(await keysOf(issuer, signal), signal));
    } catch (cause) {
      pausedUntil = performance.now() + pauseMs;
      throw new ProviderUnreachable(cause instanceof Error ? cause.message : String(cause), { cause });
    }
  }

  const keys = createRemoteJWKSet(new URL(issuer), {
    [customFetch]: fetchKeys,
    timeoutDuration: timeoutMs,
    cooldownDuration: cooldownMs,
    cacheMaxAge: FRESH_MS,
  });
  return async (header, token) => {
    try {
      return await keys(header, token);
    } catch (error) {
      if (error instanceof errors.JWKSNoMatchingKey || error instanceof ProviderUnreachable) throw error;
      // What jose makes of a key set that is none.
      throw new ProviderUnreachable("its key set cannot be used", { cause: error });
    }
  };
}
