/** A sign-in that has left the page and waits for its answer. */

export interface PendingSignIn {
  readonly codeVerifier: string;
  readonly nonce: string;
  /** Same-origin URL to go back to. */
  readonly returnTo: string;
}

/** Session storage key under which the callback page leaves the answer of a redirect. */
export const RESULT_KEY = "segue-auth-result";

/** Channel on which the callback page meets the window that opened it. */
export function channelName(state: string): string {
  return `segue-auth-${state}`;
}

function pendingKey(state: string): string {
  return `segue-auth-pending-${state}`;
}

export function writePending(storage: Storage, state: string, pending: PendingSignIn): void {
  storage.setItem(pendingKey(state), JSON.stringify(pending));
}

/** The pending redirect named `state`, or null. */
export function readPending(storage: Storage, state: string): PendingSignIn | null {
  const value = readJson(storage, pendingKey(state)) as Partial<PendingSignIn> | null;
  if (typeof value?.codeVerifier !== "string" || typeof value.nonce !== "string") return null;
  if (typeof value.returnTo !== "string") return null;
  return { codeVerifier: value.codeVerifier, nonce: value.nonce, returnTo: value.returnTo };
}

/** Takes the answer of a redirect, with what was pending for it, out of the storage. */
export function takeResult(
  storage: Storage,
): { state: string; answer: string; pending: PendingSignIn } | null {
  const result = readJson(storage, RESULT_KEY) as { state?: unknown; answer?: unknown } | null;
  storage.removeItem(RESULT_KEY);
  if (typeof result?.state !== "string" || typeof result.answer !== "string") return null;
  const pending = readPending(storage, result.state);
  storage.removeItem(pendingKey(result.state));
  return pending ? { state: result.state, answer: result.answer, pending } : null;
}

function readJson(storage: Storage, key: string): unknown {
  try {
    return JSON.parse(storage.getItem(key) ?? "null");
  } catch {
    return null;
  }
}
