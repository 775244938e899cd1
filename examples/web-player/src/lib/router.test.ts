import { describe, expect, it } from "vitest";
import { parseRoute, routeHref } from "./router";

describe("routes", () => {
  it("reads back what it writes", () => {
    for (const name of ["album", "artist", "playlist"] as const) {
      const route = { name, id: "alb_01h455vb4pex5vsknk084sn02q" };
      expect(parseRoute(routeHref(route))).toEqual(route);
    }
    expect(parseRoute(routeHref({ name: "home" }))).toEqual({ name: "home" });
  });

  it.each(["", "#", "#/", "#//"])("takes %j for home", (hash) => {
    expect(parseRoute(hash)).toEqual({ name: "home" });
  });

  it.each([
    "#/album",
    "#/album/",
    "#/album/../x",
    "#/album/a b",
    "#/nope/alb_1",
    "#/album/alb_1/tracks",
    "#/album/%00",
  ])("finds no route in %j", (hash) => {
    expect(parseRoute(hash)).toEqual({ name: "not_found" });
  });
});
