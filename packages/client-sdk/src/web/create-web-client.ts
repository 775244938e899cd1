import { SegueError } from "@segue/core";
import type { ClientOptions, SegueClient } from "../client";

export interface WebClientOptions extends ClientOptions {
  /** Page that calls `completeSignIn()`. Default `/auth-callback.html` on the page's origin. */
  readonly redirectUri?: string;
  /** OpenID issuer. Default `serverUrl`. */
  readonly issuer?: string;
}

/**
 * A client for browsers. Returns at once; `client.auth.state` is `signing_in` while an earlier sign-in is restored.
 * @throws SegueError `invalid_argument` when `serverUrl` is not an http(s) URL
 */
export function createWebClient(_options: WebClientOptions): SegueClient {
  throw new SegueError("unavailable", { detail: "the web client is being assembled" });
}
