import type { AuthState, PlayerState, SegueClient } from "@segue/client-sdk";
import { createContext, type ReactNode, useContext, useMemo, useSyncExternalStore } from "react";

/** A value that changes from outside React. */
interface Store<T> {
  get(): T;
  subscribe(listener: () => void): () => void;
}

function createStore<T>(initial: T, connect: (set: (value: T) => void) => () => void): Store<T> {
  let value = initial;
  const listeners = new Set<() => void>();
  // Never disconnected: the client lives as long as the page.
  connect((next) => {
    value = next;
    for (const listener of listeners) listener();
  });
  return {
    get: () => value,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

interface Session {
  readonly client: SegueClient;
  readonly auth: Store<AuthState>;
  readonly player: Store<PlayerState>;
}

const SessionContext = createContext<Session | null>(null);

export function ClientProvider({ client, children }: { client: SegueClient; children: ReactNode }) {
  const session = useMemo<Session>(
    () => ({
      client,
      auth: createStore(client.auth.state, (set) => client.onAuth(set)),
      player: createStore(client.player.state, (set) => client.player.on("state", set)),
    }),
    [client],
  );
  return <SessionContext value={session}>{children}</SessionContext>;
}

function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error("ClientProvider is missing");
  return session;
}

export function useClient(): SegueClient {
  return useSession().client;
}

export function useAuth(): AuthState {
  const { auth } = useSession();
  return useSyncExternalStore(auth.subscribe, auth.get);
}

export function usePlayerState(): PlayerState {
  const { player } = useSession();
  return useSyncExternalStore(player.subscribe, player.get);
}

/** A part of the player's state; renders only when that part changes. `select` must return the same value for the same state. */
export function usePlayer<T>(select: (state: PlayerState) => T): T {
  const { player } = useSession();
  return useSyncExternalStore(player.subscribe, () => select(player.get()));
}
