/** Who signs the listener in: what the application says, else what the server names. */
import { SegueError } from "@segue/core";
import { capabilitiesSchema } from "@segue/core/wire";
import { parseAs } from "../api/parse-as";

/** An OpenID provider, and what this program is called there. */
export interface Authority {
  readonly issuer: string;
  readonly clientId: string;
}

/** How a program gets its tokens. */
export type GrantKind = "authorizationCode" | "deviceCode";

/** What the authorization server of a Segue server calls its clients. */
export const OWN_CLIENTS: Readonly<Record<GrantKind, string>> = {
  authorizationCode: "segue-web-player",
  deviceCode: "segue-device",
};

export interface AuthorityOptions {
  /** Origin of the server. */
  readonly origin: string;
  readonly grant: GrantKind;
  /** What the application chose; null leaves it to the server. */
  readonly issuer: string | null;
  readonly clientId: string | null;
  /** The JSON of `GET /v1/capabilities`, asked without a token. */
  readonly capabilities: () => Promise<unknown>;
}

/**
 * The authority to sign in with. The server is asked unless the application names an issuer.
 * @throws SegueError `protocol` when the server names an issuer that must not be used, and what `capabilities` throws
 */
export async function findAuthority(options: AuthorityOptions): Promise<Authority> {
  const { origin, grant, issuer, clientId } = options;
  if (issuer !== null) return { issuer, clientId: clientId ?? OWN_CLIENTS[grant] };
  const said = parseAs(capabilitiesSchema, await options.capabilities(), "/v1/capabilities");
  return {
    issuer: safeIssuer(said.issuer ?? origin, origin),
    clientId: clientId ?? said.clients?.[grant] ?? OWN_CLIENTS[grant],
  };
}

/** Whoever can change what an http address answers gets the listener's password; a server that is safe from that names no such one. */
function safeIssuer(issuer: string, origin: string): string {
  const allowed = origin.startsWith("http:") ? /^https?:\/\// : /^https:\/\//;
  if (allowed.test(issuer) && URL.canParse(issuer)) return issuer;
  throw new SegueError("protocol", {
    detail: "the server names an OpenID issuer that is at no https address",
  });
}
