/** Hash routes: shareable, and served by any static host. */
export type Route =
  | { readonly name: "home" }
  | { readonly name: "album" | "artist" | "playlist"; readonly id: string }
  | { readonly name: "not_found" };

const ID = /^[a-z]{3}_[0-9a-z]{1,64}$/;

/** Reads a `location.hash`. Never throws: whatever is not a route is `not_found`. */
export function parseRoute(hash: string): Route {
  const path = hash.replace(/^#\/?/, "").replace(/\/+$/, "");
  if (path === "") return { name: "home" };
  const [name, id, ...rest] = path.split("/");
  if (
    (name === "album" || name === "artist" || name === "playlist") &&
    id &&
    ID.test(id) &&
    rest.length === 0
  ) {
    return { name, id };
  }
  return { name: "not_found" };
}

/** The hash of a route; `parseRoute` reads it back. */
export function routeHref(route: Route): string {
  if (route.name === "home" || route.name === "not_found") return "#/";
  return `#/${route.name}/${route.id}`;
}
