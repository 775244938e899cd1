/** One HTTP exchange with a bounded answer. Implementations: fetch (browsers, Node), in memory (tests). */
import type { Bytes, Milliseconds } from "@segue/core";

export interface HttpRequest {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Absolute URL. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  readonly signal?: AbortSignal;
  /** Lets the request outlive the page that made it, where that can be. Its body has at most 64 KiB. */
  readonly keepalive?: boolean;
  /** For the whole exchange, body included. */
  readonly timeoutMs: Milliseconds;
  /** An answer with a longer body is refused with `protocol`. */
  readonly maxBytes: Bytes;
}

export interface HttpResponse {
  readonly status: number;
  /** Value of a header, case-insensitive; null when absent. */
  header(name: string): string | null;
  readonly body: Uint8Array;
}

export interface HttpClient {
  /**
   * Resolves with any status. Never follows a redirect, never sends cookies.
   * @throws SegueError `network`, `timeout`, `aborted`, or `protocol` when the body is longer than `maxBytes`
   */
  send(request: HttpRequest): Promise<HttpResponse>;
}
