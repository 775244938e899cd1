import type { AuthState, ConnectState, PlayerState, SegueClient } from "@segue/client-sdk";
import { createContext, type ReactNode, useContext, useMemo, useSyncExternalStore } from "react";
import { sessionPlayer } from "./session-player";
import { useUi } from "./ui";

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
  readonly connect: Store<ConnectState>;
}

const SessionContext = createContext<Session | null>(null);

/** The client of a page; its `player` is that of the whole session, wherever it sounds. */
export function ClientProvider({ client: given, children }: { client: SegueClient; children: ReactNode }) {
  const { act } = useUi();
  const session = useMemo<Session>(() => {
    const player = sessionPlayer(given, (cause) => act(() => Promise.reject(cause)));
    const client: SegueClient = { ...given, player };
    return {
      client,
      auth: createStore(client.auth.state, (set) => client.onAuth(set)),
      player: createStore(player.state, (set) => player.on("state", set)),
      connect: createStore(client.connect.state, (set) => client.connect.on("state", set)),
    };
  }, [given, act]);
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

/** Which devices there are, and where the music is. */
export function useConnect(): ConnectState {
  const { connect } = useSession();
  return useSyncExternalStore(connect.subscribe, connect.get);
}
