/** Sign-in: by the server's own authorization server, or by another OpenID provider. */
import type Provider from "oidc-provider";
import type { ServerContext } from "../../context";
import { type Authenticator, registerAuthentication } from "../../http/principal";
import type { Module } from "../module";
import { localAuthenticator } from "./authenticate";
import { externalAuthenticator } from "./external";
import { lazyProvider } from "./lazy-provider";
import { authPersonalData } from "./personal-data";
import { type AuthStores, OWN_CLIENTS } from "./provider";
import type { ProviderKeyOptions } from "./provider-keys";
import { providerOrigins } from "./provider-origins";
import { authRoutes } from "./routes";
import type { AuthSettings } from "./settings";

/** What sign-in uses. */
export interface AuthNeeds {
  readonly settings: AuthSettings;
  readonly stores: AuthStores;
  /** Origin of this server, known once it listens. */
  readonly origin: () => string;
  /** How often another OpenID provider is asked for keys. */
  readonly providerKeys: ProviderKeyOptions;
}

/** What sign-in offers. */
export interface AuthModule extends Module {
  readonly authenticator: Authenticator;
  /** The server's own authorization server; null when another one signs listeners in. */
  readonly provider: (() => Promise<Provider>) | null;
  /** Who issues tokens, known once the server listens. */
  readonly issuer: () => string;
  /** Ids of the public clients that it knows, by grant. */
  readonly clients: AuthSettings["oidcClients"];
}

/** Makes the area of sign-in. */
export function authModule(context: ServerContext, needs: AuthNeeds): AuthModule {
  const { oidcIssuer } = needs.settings;
  return oidcIssuer === null ? ownAuth(context, needs) : externalAuth(context, needs, oidcIssuer);
}

function ownAuth(context: ServerContext, { stores, origin }: AuthNeeds): AuthModule {
  const { config, now } = context;
  const authenticator = localAuthenticator(stores.tokens, config.sandbox, now);
  const provider = lazyProvider(context, stores, origin);
  return {
    name: "auth",
    install: (app) => registerAuthentication(app, authenticator),
    routes: (app) => authRoutes(app, { context, users: stores.users, provider }),
    personalData: authPersonalData(stores),
    authenticator,
    provider,
    issuer: origin,
    clients: OWN_CLIENTS,
  };
}

function externalAuth(
  { now }: ServerContext,
  { settings, stores, providerKeys }: AuthNeeds,
  issuer: string,
): AuthModule {
  const expected = { issuer, audience: settings.oidcAudience };
  const authenticator = externalAuthenticator(stores.users, expected, now, providerKeys);
  const discovery = `${issuer}/.well-known/openid-configuration`;
  return {
    name: "auth",
    install: (app) => registerAuthentication(app, authenticator),
    routes: async (app) => {
      app.get("/.well-known/openid-configuration", async (_request, reply) => reply.redirect(discovery, 307));
    },
    origins: providerOrigins(issuer, () => performance.now()),
    personalData: authPersonalData(stores),
    authenticator,
    provider: null,
    issuer: () => issuer,
    clients: settings.oidcClients,
  };
}
