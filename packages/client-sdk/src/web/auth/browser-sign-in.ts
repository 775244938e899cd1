import { SegueError } from "@segue/core";
import * as oauth from "oauth4webapi";
import type { InteractiveSignIn } from "../../auth/auth";
import type { OAuthClient } from "../../auth/oauth-client";
import type { TokenSet } from "../../ports/credentials";
import { channelName, takeResult, writePending } from "./transaction";

const POPUP_FEATURES = "popup=yes,width=480,height=720";
const POPUP_LIFETIME_MS = 10 * 60_000;
const CLOSED_CHECK_MS = 500;
/** A popup on an isolated callback page looks closed to its opener while its answer is still on the way. */
const CLOSED_CHECKS = 20;

/** PKCE in a browser, by popup or by redirect; both come back to `redirectUri`. */
export function browserSignIn(client: OAuthClient, redirectUri: string): InteractiveSignIn {
  return {
    async signIn({ mode, signal }) {
      // Opened before the first await: later the browser no longer sees the listener's click.
      const popup = mode === "popup" ? window.open("about:blank", "_blank", POPUP_FEATURES) : null;
      if (mode === "popup" && !popup) {
        throw new SegueError("sign_in_failed", { detail: "the browser blocked the sign-in window" });
      }
      const request = {
        redirectUri,
        state: oauth.generateRandomState(),
        nonce: oauth.generateRandomNonce(),
        codeVerifier: oauth.generateRandomCodeVerifier(),
      };
      try {
        const url = await client.authorizationUrl(request);
        if (!popup) return await leave(url, request);
        const answer = waitForAnswer(popup, request.state, signal);
        popup.location.replace(url);
        return await client.exchange({ ...request, answer: await answer });
      } catch (error) {
        closeQuietly(popup);
        throw error;
      }
    },
    async resume() {
      const result = takeResult(window.sessionStorage);
      if (!result) return null;
      const { codeVerifier, nonce } = result.pending;
      return client.exchange({
        redirectUri,
        state: result.state,
        nonce,
        codeVerifier,
        answer: result.answer,
      });
    },
  };
}

function leave(
  url: string,
  request: { state: string; nonce: string; codeVerifier: string },
): Promise<TokenSet> {
  const { state, nonce, codeVerifier } = request;
  writePending(window.sessionStorage, state, { nonce, codeVerifier, returnTo: window.location.href });
  window.location.assign(url);
  return new Promise(() => {});
}

/** The callback URL that the popup ends on. It travels by BroadcastChannel, as COOP may have cut the opener off. */
function waitForAnswer(popup: Window, state: string, signal?: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const channel = new BroadcastChannel(channelName(state));
    const fail = (code: "aborted" | "sign_in_failed", detail: string) =>
      end(() => reject(new SegueError(code, { detail })));
    const onAbort = () => end(() => reject(new SegueError("aborted")));
    const lifetime = setTimeout(
      () => fail("sign_in_failed", "nobody signed in within 10 minutes"),
      POPUP_LIFETIME_MS,
    );
    // A cross-origin isolated page sees every popup as closed once it has left about:blank.
    let checks = 0;
    const closed = setInterval(() => {
      checks = !globalThis.crossOriginIsolated && popup.closed ? checks + 1 : 0;
      if (checks >= CLOSED_CHECKS) fail("aborted", "the sign-in window was closed");
    }, CLOSED_CHECK_MS);
    const end = (settle: () => void) => {
      clearTimeout(lifetime);
      clearInterval(closed);
      signal?.removeEventListener("abort", onAbort);
      // The last message is still on its way when the channel is closed at once.
      setTimeout(() => channel.close(), 1_000);
      settle();
    };
    channel.onmessage = (event) => {
      const data = event.data as { kind?: unknown; answer?: unknown } | null;
      if (data?.kind !== "answer" || typeof data.answer !== "string") return;
      channel.postMessage({ kind: "heard" });
      const { answer } = data;
      end(() => resolve(answer));
    };
    signal?.addEventListener("abort", onAbort, { once: true });
    if (signal?.aborted) onAbort();
  });
}

function closeQuietly(popup: Window | null): void {
  try {
    popup?.close();
  } catch {
    // Cut off by COOP: the listener closes it.
  }
}
