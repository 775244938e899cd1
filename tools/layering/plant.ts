import { posix } from "node:path";
import { HABITS } from "./habits";
import { type Ladder, standing, within } from "./ladder";
import { parseSource, type SourceFile } from "./sources";

/** A little tree that breaks one rule of a ladder, or keeps all of them. */
export interface Planted {
  readonly name: string;
  readonly files: readonly SourceFile[];
  readonly breaks: boolean;
}

interface Place {
  readonly path: string;
  readonly rung: number;
}

/** Every place of the ladder, with a folder's name where a `*` stands. */
function places(ladder: Ladder): Place[] {
  return ladder.rungs.flatMap((names) =>
    names.map((name) => {
      const path = name.replaceAll("*", "planted");
      return { path, rung: standing(ladder, `${path}/x.ts`)!.rung };
    }),
  );
}

const relativeTo = (from: string, to: string): string => {
  const path = posix.relative(posix.dirname(from), to);
  return path.startsWith(".") ? path : `./${path}`;
};

const importing = (path: string, name: string): SourceFile => ({ path, code: "", imports: [name] });

/** One arrow between every two places: down it is right, across and up it is wrong. */
function arrowsBetweenPlaces(ladder: Ladder): Planted[] {
  const all = places(ladder);
  return all.flatMap((from) =>
    all
      .filter((to) => to !== from)
      .map((to) => {
        const path = `${from.path}/planted.ts`;
        const closed = Object.entries(ladder.only ?? {}).some(
          ([place, users]) => within(to.path, place) && !users.some((user) => within(path, user)),
        );
        return {
          name: `an arrow from ${from.path} to ${to.path}`,
          files: [importing(path, relativeTo(path, `${to.path}/x`))],
          breaks: to.rung >= from.rung || closed,
        };
      }),
  );
}

/** What a package may only import where its ladder names it: its neighbors, and the inside of core. */
const NEIGHBORS = [
  "@segue/client-sdk",
  "@segue/conformance",
  "@segue/core/dist/index.js",
  "@segue/server-reference",
  "node:fs",
];

/** Every package from every place, also those that the ladder does not name. */
function packagesFromPlaces(ladder: Ladder): Planted[] {
  const named = Object.entries(ladder.packages).map(([name, users]) => ({
    name: name.replace("*", "fs"),
    users,
  }));
  const unnamed = NEIGHBORS.filter((name) => !named.some((each) => each.name === name));
  return [...named, ...unnamed.map((name) => ({ name, users: [] }))].flatMap(({ name, users }) =>
    places(ladder).map(({ path }) => ({
      name: `${name} from ${path}`,
      files: [importing(`${path}/planted.ts`, name)],
      breaks: !users.some((user) => user === "*" || within(`${path}/planted.ts`, user)),
    })),
  );
}

/** What no place may do. */
function alwaysWrong(ladder: Ladder): Planted[] {
  const top = places(ladder).at(-1)!.path;
  const entries = Object.values(ladder.exports).filter((path) => path.startsWith("./src/"));
  return [
    { name: "a folder on no rung", files: [parseSource("unheard-of/x.ts", "export {};")], breaks: true },
    { name: "a way out", files: [importing(`${top}/x.ts`, relativeTo(`${top}/x.ts`, "../x"))], breaks: true },
    { name: "its own name", files: [importing(`${top}/x.ts`, ladder.name)], breaks: true },
    ...entries.map((path) => {
      const entry = path.replace("./src/", "");
      const files = [importing(`${top}/planted.ts`, relativeTo(`${top}/planted.ts`, entry))];
      return { name: `its own entry ${entry}`, files, breaks: true };
    }),
    ...places(ladder).map(({ path }) => ({
      name: `a circle in ${path}`,
      files: [
        importing(`${path}/a/one.ts`, "../b/two"),
        parseSource(`${path}/b/two.ts`, ""),
        importing(`${path}/b/three.ts`, "../a/four"),
        parseSource(`${path}/a/four.ts`, ""),
      ],
      breaks: true,
    })),
  ];
}

/** Every banned word in every place. */
function bannedWords(ladder: Ladder): Planted[] {
  return [...HABITS, ...(ladder.words ?? [])].flatMap(({ name, planted, allowed }) =>
    planted.flatMap((code) =>
      places(ladder).map(({ path }) => ({
        name: `${name} in ${path}`,
        files: [parseSource(`${path}/planted.ts`, code)],
        breaks: !allowed?.some((place) => within(`${path}/planted.ts`, place)),
      })),
    ),
  );
}

/** Trees that show every rule of `ladder` at work, and that it allows what it should. */
export function plantedTrees(ladder: Ladder): Planted[] {
  return [
    ...arrowsBetweenPlaces(ladder),
    ...packagesFromPlaces(ladder),
    ...alwaysWrong(ladder),
    ...bannedWords(ladder),
  ];
}
