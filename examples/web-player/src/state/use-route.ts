import { useSyncExternalStore } from "react";
import { parseRoute, type Route } from "../lib/router";

let hash = "";
let route: Route = { name: "home" };

function current(): Route {
  if (hash !== window.location.hash || hash === "") {
    hash = window.location.hash;
    const next = parseRoute(hash);
    if (JSON.stringify(next) !== JSON.stringify(route)) route = next;
  }
  return route;
}

function subscribe(listener: () => void): () => void {
  window.addEventListener("hashchange", listener);
  return () => window.removeEventListener("hashchange", listener);
}

export function useRoute(): Route {
  return useSyncExternalStore(subscribe, current);
}
