/** Who signs listeners in. */
import { z } from "zod";
import { isLoopbackName } from "../../loopback";
import { ConfigError, settingsPart, text, url, withoutSlash } from "../../settings";

/** Another OpenID provider, when there is one. */
export interface AuthSettings {
  /** An OpenID provider that takes the place of the server's own. */
  readonly oidcIssuer: string | null;
  /** What the `aud` of that provider's access tokens must be. */
  readonly oidcAudience: string;
  /** Ids of the public clients that the provider knows, by grant. */
  readonly oidcClients: { readonly authorizationCode: string; readonly deviceCode: string };
}

const clientId = z.string().regex(/^[\x20-\x7e]{1,255}$/, "must be 1 to 255 printable characters");

/** The settings of sign-in. */
export const authSettings = settingsPart(
  {
    SEGUE_OIDC_ISSUER: url
      .optional()
      .describe("Issuer of the OpenID provider that signs listeners in instead of the server."),
    SEGUE_OIDC_AUDIENCE: text
      .default("segue")
      .describe("Audience that access tokens of that provider must name."),
    SEGUE_OIDC_APP_CLIENT: clientId
      .default("segue-web-player")
      .describe("Id of the public client there that signs in with a page: the web player and apps."),
    SEGUE_OIDC_DEVICE_CLIENT: clientId
      .default("segue-device")
      .describe("Id of the public client there that signs in with a code: speakers and terminals."),
  },
  (value): AuthSettings => {
    const { SEGUE_OIDC_ISSUER: issuer } = value;
    if (issuer && new URL(issuer).protocol === "http:" && !isLoopbackName(new URL(issuer).hostname))
      throw new ConfigError(
        `SEGUE_OIDC_ISSUER must be an https URL, not ${JSON.stringify(issuer)}: its keys decide who is let in.`,
      );
    return {
      oidcIssuer: issuer ? withoutSlash(issuer) : null,
      oidcAudience: value.SEGUE_OIDC_AUDIENCE,
      oidcClients: {
        authorizationCode: value.SEGUE_OIDC_APP_CLIENT,
        deviceCode: value.SEGUE_OIDC_DEVICE_CLIENT,
      },
    };
  },
);
