import { describe, expect, test } from "vitest";
import type { Ladder } from "./ladder";
import { parseSource } from "./sources";
import { staleWaiting, violations } from "./violations";

const house: Ladder = {
  root: "house/src",
  name: "@segue/house",
  exports: { ".": "./src/index.ts", "./web": "./src/web/index.ts" },
  rungs: [["ground", "cellar"], ["rooms/*"], ["rooms/attic"], ["index"], ["web", "yard"]],
  packages: { paint: ["web"], "node:*": ["cellar"], brick: ["*"] },
  only: { cellar: ["yard"] },
  words: [
    {
      name: "the clock",
      pattern: /\bclock\./,
      allowed: ["yard"],
      unless: /clock: Clock/,
      planted: ["clock.tick();"],
    },
  ],
};
const tree = (files: Readonly<Record<string, string>>) =>
  Object.entries(files).map(([path, text]) => parseSource(path, text));
const found = (files: Readonly<Record<string, string>>) => violations(house, tree(files));

describe("a ladder", () => {
  test("allows its own place and lower rungs", () => {
    expect(found({ "web/a.ts": 'import "./b"; import "../ground/x"; import "../rooms/hall/x";' })).toEqual(
      [],
    );
    expect(found({ "rooms/attic/a.ts": 'import "../hall/x";' })).toEqual([]);
  });
  test("refuses what stands above and what stands beside", () => {
    expect(found({ "ground/a.ts": 'import "../web/b";' })).toEqual([
      "ground/a.ts -> web/b: ground stands below web",
    ]);
    expect(found({ "web/a.ts": 'export * from "../yard/b";' })).toEqual([
      "web/a.ts -> yard/b: web stands beside yard",
    ]);
    expect(found({ "rooms/hall/a.ts": 'import "../bath/b";' })).toEqual([
      "rooms/hall/a.ts -> rooms/bath/b: rooms/hall stands beside rooms/bath",
    ]);
  });
  test("reads imports of every kind", () => {
    for (const text of [
      'import type { X } from "../web/b";',
      'export type { X } from "../web/b";',
      'type X = import("../web/b").X;',
      'const b = await import("../web/b");',
      'const b = require("../web/b");',
      'const quote = /["\'`]/; const b = [`\u0024{0}`, await import("../web/b")];',
    ])
      expect(found({ "ground/a.ts": text }), text).toHaveLength(1);
    expect(found({ "ground/a.ts": '// import "../web/b";\nconst s = \'import "../web/b"\';' })).toEqual([]);
  });
  test("refuses a place that is no rung's", () =>
    expect(found({ "garden/a.ts": "" })).toEqual(["garden/a.ts: stands on no rung"]));
  test("keeps its own entries for its entries", () => {
    expect(found({ "web/index.ts": 'export * from "../index";', "index.ts": "" })).toEqual([]);
    expect(found({ "web/a.ts": 'import "./index";', "web/index.ts": "" })).toEqual([
      "web/a.ts -> web/index.ts: imports its own package's entry",
    ]);
    expect(found({ "web/a.ts": 'import "@segue/house/web";' })).toHaveLength(1);
  });
  test("keeps a place for those that may enter", () => {
    expect(found({ "yard/a.ts": 'import "../cellar/x";', "cellar/a.ts": 'import "./x";' })).toEqual([]);
    expect(found({ "web/a.ts": 'import "../cellar/x";' })).toEqual([
      "web/a.ts -> cellar/x: cellar is for yard alone",
    ]);
  });
  test("keeps packages to their places", () => {
    expect(
      found({ "web/a.ts": 'import "paint"; import "brick";', "cellar/a.ts": 'import "node:fs";' }),
    ).toEqual([]);
    expect(
      found({ "web/a.ts": 'import "node:fs"; import "paint/oil"; import "../../other/src/x";' }),
    ).toEqual([
      "web/a.ts -> node:fs: only cellar may",
      "web/a.ts -> paint/oil: no place may import it",
      "web/a.ts -> ../other/src/x: leaves the package",
    ]);
  });
  test("bans words, but not in comments", () => {
    expect(found({ "web/a.ts": "clock.tick();" })).toEqual(["web/a.ts uses the clock: its place may not"]);
    expect(found({ "yard/a.ts": "clock.tick();", "web/a.ts": "// clock.tick()" })).toEqual([]);
    expect(found({ "web/a.ts": "const f = (clock: Clock) => clock.tick();" })).toEqual([]);
  });
});

describe("a circle", () => {
  test("of files is seen, also one of types", () =>
    expect(found({ "web/a.ts": 'import "./b";', "web/b.ts": 'import type { A } from "./a";' })).toHaveLength(
      2,
    ));
  test("of folders is seen where no two files form one", () =>
    expect(
      found({
        "web/x/a.ts": 'import "../y/b";',
        "web/y/b.ts": "",
        "web/y/c.ts": 'import "../x/d";',
        "web/x/d.ts": "",
      }),
    ).toHaveLength(2));
});

describe("an entry that waits", () => {
  const waiting = { ...house, waiting: { "the move of b": ["ground/a.ts -> web/b.ts"] } };
  const arrow = { "ground/a.ts": 'import "../web/b";', "web/b.ts": "" };
  test("excuses its arrow, and no other", () => {
    expect(violations(waiting, tree(arrow))).toEqual([]);
    expect(violations(waiting, tree({ ...arrow, "ground/c.ts": 'import "../web/b";' }))).toHaveLength(1);
  });
  test("fails when its arrow is gone, or right", () => {
    expect(staleWaiting(waiting, tree(arrow))).toEqual([]);
    expect(staleWaiting(waiting, tree({ "ground/a.ts": "" }))).toEqual(["ground/a.ts -> web/b.ts"]);
    const right = { ...house, waiting: { nothing: ["web/a.ts -> ground/b"] } };
    expect(staleWaiting(right, tree({ "web/a.ts": 'import "../ground/b";' }))).toHaveLength(1);
  });
  test("may be one side of a circle", () => {
    const circle = { "web/a.ts": 'import "./b";', "web/b.ts": 'import "./a";' };
    const half = { ...house, waiting: { "the move of b": ["web/b.ts -> web/a.ts"] } };
    expect(violations(half, tree(circle))).toEqual([]);
    expect(staleWaiting(half, tree(circle))).toEqual([]);
  });
});
