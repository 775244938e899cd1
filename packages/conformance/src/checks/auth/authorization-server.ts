/** The authorization server behind the metadata. */
import { createHash, randomBytes } from "node:crypto";
import fc from "fast-check";
import { check, type Step } from "../../runner/check";
import type { Execution } from "../../runner/execution";
import type { Listener } from "../../subjects/subject";

// biome-ignore lint/suspicious/noExplicitAny: answers are judged, not trusted
type Metadata = any;

async function metadataOf(run: Execution): Promise<Metadata> {
  const path = "/.well-known/openid-configuration";
  const answer = await run.http.get(path, { plain: true });
  const moved = answer.status === 307 || answer.status === 302;
  const found = moved ? await run.http.get(answer.headers.get("location") ?? path, { plain: true }) : answer;
  run.must(
    "AUTH-001",
    typeof found.json?.token_endpoint === "string",
    "metadata with token_endpoint",
    found.json ?? found.status,
  );
  return found.json;
}

const post = (run: Execution, url: string, form: Record<string, string>, as: string) =>
  run.http.ask("POST", url, { form, plain: true, as });

type AuthorizeStep = Step & {
  readonly do: "authorize";
  readonly pkce: "S256" | "plain" | "none";
  readonly redirect: "loopback" | "loopback, other port" | "elsewhere";
};

export const authorization = check<AuthorizeStep, Metadata>({
  id: "auth/authorize",
  title: "The authorization code grant wants PKCE by S256 and a redirect it knows",
  requirements: ["AUTH-001", "AUTH-002", "AUTH-007", "AUTH-009"],
  runs: 6,
  steps: () =>
    fc.array(
      fc.record({
        do: fc.constant("authorize" as const),
        pkce: fc.constantFrom("S256" as const, "S256" as const, "plain" as const, "none" as const),
        redirect: fc.constantFrom("loopback" as const, "loopback, other port" as const, "elsewhere" as const),
      }),
      { minLength: 1, maxLength: 4 },
    ),
  begin: metadataOf,
  async perform(run, metadata, { pkce, redirect }) {
    const redirectUri = {
      loopback: "http://127.0.0.1:5999/auth-callback.html",
      "loopback, other port": "http://127.0.0.1:48123/auth-callback.html",
      elsewhere: "https://elsewhere.example/auth-callback.html",
    }[redirect];
    const verifier = randomBytes(32).toString("base64url");
    const challenge = pkce === "S256" ? createHash("sha256").update(verifier).digest("base64url") : verifier;
    const query = new URLSearchParams({
      client_id: "segue-web-player",
      response_type: "code",
      redirect_uri: redirectUri,
      scope: "openid",
      state: "s",
      ...(pkce === "none" ? {} : { code_challenge: challenge, code_challenge_method: pkce }),
    });
    const answer = await run.http.get(`${metadata.authorization_endpoint}?${query}`, {
      plain: true,
      as: `authorize (PKCE ${pkce}, redirect ${redirect})`,
    });
    const location = answer.headers.get("location") ?? "";
    const error = URL.canParse(location, run.subject.url)
      ? new URL(location, run.subject.url).searchParams.get("error")
      : null;
    const goesOn =
      answer.status >= 300 && answer.status < 400 && error === null && !location.startsWith(redirectUri);
    if (redirect === "elsewhere")
      run.must(
        "AUTH-007",
        !location.startsWith(redirectUri),
        "no redirect to an address that is not the client's",
        location,
      );
    else if (pkce === "S256")
      run.must(
        redirect === "loopback" ? "AUTH-007" : "AUTH-009",
        goesOn,
        "a redirect to sign-in",
        error ?? answer.status,
      );
    else run.must("AUTH-002", !goesOn, "a refusal", `${answer.status} to ${location.split("?")[0]}`);
  },
});

export const deviceGrant = check<Step, Metadata>({
  id: "auth/device-grant",
  title: "A device without a browser signs in with a code",
  requirements: ["AUTH-003", "AUTH-008"],
  runs: 1,
  steps: () => fc.constant([{ do: "ask for a code" }]),
  begin: metadataOf,
  async perform(run, metadata) {
    const endpoint = metadata.device_authorization_endpoint;
    run.must(
      "AUTH-003",
      typeof endpoint === "string",
      "device_authorization_endpoint in the metadata",
      endpoint,
    );
    const answer = await post(
      run,
      endpoint,
      { client_id: "segue-device", scope: "openid offline_access" },
      "device authorization {segue-device}",
    );
    run.must(
      "AUTH-008",
      answer.status === 200,
      "200 for the client segue-device",
      answer.json ?? answer.status,
    );
    const { device_code: code, user_code: user, verification_uri: uri, expires_in: lasts } = answer.json;
    run.must(
      "AUTH-003",
      [code, user, uri].every((each) => typeof each === "string") && lasts > 0,
      "device_code, user_code, verification_uri and expires_in",
      answer.json,
    );
    const form = {
      grant_type: "urn:ietf:params:oauth:grant-type:device_code",
      client_id: "segue-device",
      device_code: code,
    };
    const waiting = await post(run, metadata.token_endpoint, form, "token endpoint {device code}");
    run.must(
      "AUTH-003",
      ["authorization_pending", "slow_down"].includes(waiting.json?.error),
      "authorization_pending",
      waiting.json,
    );
  },
});

type RefreshStep = Step & { readonly do: "refresh" | "replay" | "revoke" };
interface Tokens {
  readonly metadata: Metadata;
  readonly listener: Listener;
  access: string[];
  refresh: string[];
  ended: boolean;
}

export const refreshTokens = check<RefreshStep, Tokens>({
  id: "auth/refresh",
  title: "A refresh token serves once, and a replay ends the grant",
  requirements: ["AUTH-004", "AUTH-005", "AUTH-006"],
  runs: 8,
  steps: () =>
    fc.array(
      fc.record({
        do: fc.constantFrom("refresh" as const, "refresh" as const, "replay" as const, "revoke" as const),
      }),
      {
        minLength: 1,
        maxLength: 5,
      },
    ),
  async begin(run) {
    const listener = await run.listener();
    const { refreshToken } = listener;
    if (!listener.fresh || refreshToken === null)
      return run.notTestable("needs a fresh listener with a refresh token");
    return {
      metadata: await metadataOf(run),
      listener,
      access: [listener.accessToken],
      refresh: [refreshToken],
      ended: false,
    };
  },
  async perform(run, state, step) {
    const { metadata, listener } = state;
    const client = { client_id: listener.clientId ?? "" };
    const use = (token: string, as: string) =>
      post(
        run,
        metadata.token_endpoint,
        { grant_type: "refresh_token", ...client, refresh_token: token },
        `token endpoint {${as}}`,
      );
    const me = async (token: string) => (await run.http.get("/v1/me", { token })).status;
    if (step.do === "revoke") {
      const answer = await post(
        run,
        metadata.revocation_endpoint,
        { ...client, token: state.refresh.at(-1)! },
        "revocation {refresh token}",
      );
      run.same("AUTH-006", answer.status, 200, "status");
      state.ended = true;
      const after = await use(state.refresh.at(-1)!, "revoked refresh token");
      run.same("AUTH-006", after.json?.error, "invalid_grant", "for a revoked refresh token,");
      return;
    }
    if (step.do === "replay" && state.refresh.length > 1) {
      const answer = await use(state.refresh[0]!, "replaced refresh token");
      run.same("AUTH-005", answer.json?.error, "invalid_grant", "for a replaced refresh token,");
      const newest = await use(state.refresh.at(-1)!, "newest refresh token");
      run.same(
        "AUTH-005",
        newest.json?.error,
        "invalid_grant",
        "for the newest refresh token after a replay,",
      );
      run.same(
        "AUTH-005",
        await me(state.access.at(-1)!),
        401,
        "for the newest access token after a replay,",
      );
      state.ended = true;
      return;
    }
    const answer = await use(state.refresh.at(-1)!, "refresh token");
    if (state.ended) {
      run.same("AUTH-005", answer.json?.error, "invalid_grant", "after the end of the grant");
      return;
    }
    run.must(
      "AUTH-004",
      answer.status === 200 && typeof answer.json?.refresh_token === "string",
      "200 with a refresh token",
      answer.json ?? answer.status,
    );
    run.must(
      "AUTH-004",
      !state.refresh.includes(answer.json.refresh_token),
      "another refresh token",
      "the same one",
    );
    state.refresh.push(answer.json.refresh_token);
    state.access.push(answer.json.access_token);
    run.same("AUTH-004", await me(answer.json.access_token), 200, "with the new access token");
  },
});
