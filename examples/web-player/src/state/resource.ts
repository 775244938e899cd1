import { SegueError } from "@segue/client-sdk";
import { useCallback, useEffect, useState } from "react";

export type Resource<T> =
  | { readonly status: "loading"; readonly data: null; readonly error: null }
  | { readonly status: "ready"; readonly data: T; readonly error: null }
  | { readonly status: "failed"; readonly data: null; readonly error: SegueError };

const LOADING = { status: "loading", data: null, error: null } as const;
const MAX_ENTRIES = 200;
const cache = new Map<string, unknown>();
const running = new Map<string, Promise<unknown>>();

function remember(key: string, value: unknown): void {
  cache.delete(key);
  cache.set(key, value);
  if (cache.size > MAX_ENTRIES) cache.delete(cache.keys().next().value as string);
}

/** Forgets what was loaded, for another listener. */
export function clearResources(): void {
  cache.clear();
  running.clear();
}

/** One request for all who ask for `key` at the same time. */
function loadOnce<T>(key: string, load: () => Promise<T>): Promise<T> {
  const going = running.get(key) as Promise<T> | undefined;
  if (going) return going;
  const promise = load().finally(() => running.get(key) === promise && running.delete(key));
  running.set(key, promise);
  return promise;
}

/** Loads `key` once, shows what is remembered at once, and refreshes it. */
export function useResource<T>(
  key: string,
  load: () => Promise<T>,
): Resource<T> & { readonly retry: () => void } {
  const [attempt, setAttempt] = useState(0);
  const [held, setHeld] = useState<{ key: string; resource: Resource<T> }>({ key: "", resource: LOADING });
  // biome-ignore lint/correctness/useExhaustiveDependencies: `key` stands for `load`; `attempt` asks again.
  useEffect(() => {
    let over = false;
    loadOnce(key, load).then(
      (data) => {
        if (over) return;
        remember(key, data);
        setHeld({ key, resource: { status: "ready", data, error: null } });
      },
      (cause: unknown) => {
        if (over || cache.has(key)) return;
        const error = SegueError.from(cause, "internal");
        setHeld({ key, resource: { status: "failed", data: null, error } });
      },
    );
    return () => {
      over = true;
    };
  }, [key, attempt]);
  const retry = useCallback(() => {
    setHeld({ key: "", resource: LOADING });
    setAttempt((n) => n + 1);
  }, []);
  let resource = held.key === key ? held.resource : LOADING;
  if (resource.status === "loading" && cache.has(key)) {
    resource = { status: "ready", data: cache.get(key) as T, error: null };
  }
  return { ...resource, retry };
}
