/** Signs in as a browser does: cookies, redirects and forms over real HTTP. */
import { createHash, randomBytes } from "node:crypto";

export const REDIRECT_URI = "http://127.0.0.1:5999/auth-callback.html";
type Server = { readonly url: string };

/** Cookies of one browser. */
export class Browser {
  readonly #jar = new Map<string, string>();

  async open(url: string, form?: Record<string, string>): Promise<Response> {
    const response = await fetch(url, {
      method: form ? "POST" : "GET",
      redirect: "manual",
      headers: { cookie: [...this.#jar].map(([name, value]) => `${name}=${value}`).join("; ") },
      ...(form ? { body: new URLSearchParams(form) } : {}),
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie)!;
      if (value === "" || /expires=Thu, 01 Jan 1970/i.test(cookie)) this.#jar.delete(name!);
      else this.#jar.set(name!, value!);
    }
    return response;
  }

  /** Follows redirects within the server; gives the last answer, or the redirect that leaves. */
  async follow(server: Server, url: string, form?: Record<string, string>): Promise<Response> {
    let response = await this.open(url, form);
    for (let hops = 0; hops < 10; hops++) {
      const location = response.headers.get("location");
      if (!location) return response;
      const next = new URL(location, server.url);
      if (next.origin !== server.url) return response;
      response = await this.open(next.href);
      Object.defineProperty(response, "url", { value: next.href });
    }
    throw new Error("too many redirects");
  }
}

export const hidden = (html: string, name: string) =>
  new RegExp(`name="${name}"[^>]*value="([^"]*)"`).exec(html)?.[1] ?? "";

export interface Tokens {
  readonly access_token: string;
  readonly refresh_token: string;
  readonly id_token: string;
}

/** Starts an authorization and gives the sign-in page. */
export async function openSignIn(server: Server, browser: Browser, extra: Record<string, string> = {}) {
  const verifier = randomBytes(32).toString("base64url");
  const query = new URLSearchParams({
    client_id: "segue-web-player",
    response_type: "code",
    redirect_uri: REDIRECT_URI,
    scope: "openid offline_access",
    state: "s1",
    nonce: "n1",
    code_challenge: createHash("sha256").update(verifier).digest("base64url"),
    code_challenge_method: "S256",
    ...extra,
  });
  const page = await browser.follow(server, `${server.url}/oauth/authorize?${query}`);
  return { verifier, page, html: await page.clone().text() };
}

export async function token(server: Server, form: Record<string, string>): Promise<Response> {
  return fetch(`${server.url}/oauth/token`, { method: "POST", body: new URLSearchParams(form) });
}

/** Signs in as a demo user with one click, or with a password, in `browser`. @throws Error when the page refuses */
export async function signIn(
  server: Server,
  who: "ada" | "bob" | { readonly login: string; readonly password: string } = "ada",
  browser = new Browser(),
): Promise<Tokens> {
  const { verifier, page, html } = await openSignIn(server, browser);
  const left = await browser.follow(server, page.url, {
    csrf: hidden(html, "csrf"),
    ...(typeof who === "string" ? { demo: who } : who),
  });
  const location = left.headers.get("location");
  if (!location) throw new Error(`not signed in: ${await left.text()}`);
  const code = new URL(location).searchParams.get("code")!;
  const response = await token(server, {
    grant_type: "authorization_code",
    client_id: "segue-web-player",
    redirect_uri: REDIRECT_URI,
    code,
    code_verifier: verifier,
  });
  if (!response.ok) throw new Error(await response.text());
  return (await response.json()) as Tokens;
}
