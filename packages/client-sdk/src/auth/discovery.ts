import * as oauth from "oauth4webapi";
import type { HttpClient } from "../ports/http";
import type { Authority } from "./authority";

const TIMEOUT_MS = 15_000;
const MAX_BYTES = 256 * 1024;

/** An issuer that was asked what it offers, and what each request to it needs. */
export type Discovered = Awaited<ReturnType<typeof discover>>;

/** Reads the issuer's metadata. Throws what oauth4webapi throws. */
export async function discover({ issuer, clientId }: Authority, http: HttpClient) {
  const isHttp = new URL(issuer).protocol === "http:";
  const options = {
    [oauth.customFetch]: bridge(http),
    // Plain http is for a server on this machine; the application chose the URL.
    [oauth.allowInsecureRequests]: isHttp,
  };
  const response = await oauth.discoveryRequest(new URL(issuer), { ...options, algorithm: "oidc" });
  const named = await issuerIn(response.clone());
  // Providers differ in whether their name ends with a slash, and those who write it down do not look.
  const same = named !== null && withoutSlash(named) === withoutSlash(issuer);
  const as = await oauth.processDiscoveryResponse(new URL(same ? named : issuer), response);
  const client: oauth.Client = { client_id: clientId };
  return { as, client, options, isHttp };
}

/** What the metadata says its issuer is; null when it says nothing that can be read. */
async function issuerIn(response: Response): Promise<string | null> {
  const metadata = (await response.json().catch(() => null)) as { issuer?: unknown } | null;
  return typeof metadata?.issuer === "string" ? metadata.issuer : null;
}

const withoutSlash = (url: string) => url.replace(/\/+$/, "");

/** Carries oauth4webapi's requests through the HttpClient port, so that they are bounded and can be tested. */
function bridge(http: HttpClient) {
  return async (url: string, init: oauth.CustomFetchOptions<string, unknown>): Promise<Response> => {
    const body = init.body;
    const response = await http.send({
      method: init.method as "GET" | "POST",
      url,
      headers: init.headers,
      timeoutMs: TIMEOUT_MS,
      maxBytes: MAX_BYTES,
      ...(body === undefined || body === null ? {} : { body: String(body) }),
      ...(init.signal ? { signal: init.signal } : {}),
    });
    const headers = new Headers();
    for (const name of ["content-type", "retry-after", "www-authenticate"]) {
      const value = response.header(name);
      if (value !== null) headers.set(name, value);
    }
    const empty = response.body.length === 0;
    return new Response(empty ? null : (response.body as BodyInit), { status: response.status, headers });
  };
}
