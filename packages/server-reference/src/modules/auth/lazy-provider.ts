/** The authorization server names itself by its address, which is known once the server listens. */
import type Provider from "oidc-provider";
import type { ServerContext } from "../../context";
import { type AuthStores, createProvider } from "./provider";

/** Makes the authorization server of `origin()` when it is first asked for. */
export function lazyProvider(
  context: ServerContext,
  stores: AuthStores,
  origin: () => string,
): () => Promise<Provider> {
  let made: Promise<Provider> | null = null;
  return () => {
    made ??= createProvider(context, stores, origin()).catch((error: unknown) => {
      // A failure that passes, such as a busy database, must not end signing in until the next start.
      made = null;
      throw error;
    });
    return made;
  };
}
