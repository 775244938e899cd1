import { type Arrow, arrowsOf, nameOf } from "./arrows";
import { arrowsInCircles } from "./circles";
import { HABITS } from "./habits";
import { type Ladder, standing, within } from "./ladder";
import type { SourceFile } from "./sources";

/** What breaks a ladder (an arrow, a file, or a file and its words), and the rule that it breaks. */
export interface Violation {
  readonly what: string;
  readonly rule: string;
}

/** Whether any of `places` holds `path`; `*` holds all. */
const allows = (places: readonly string[], path: string): boolean =>
  places.some((place) => place === "*" || within(path, place));

/** The public sources of the package, from the ladder's root. */
function entries(ladder: Ladder): string[] {
  return Object.values(ladder.exports).map((path) => path.replace(/^\.\/src\//, ""));
}

/** The rule that an arrow inside the package breaks. */
function brokenInside(ladder: Ladder, { from, to }: Arrow): string | undefined {
  if (to.startsWith("..")) return "leaves the package";
  const entered = entries(ladder);
  if (entered.includes(to) && !entered.includes(from)) return "imports its own package's entry";
  const below = standing(ladder, to);
  const above = standing(ladder, from);
  if (!below) return `${to} stands on no rung`;
  if (!above) return `${from} stands on no rung`;
  if (below.rung > above.rung) return `${above.place} stands below ${below.place}`;
  if (below.rung === above.rung && below.place !== above.place)
    return `${above.place} stands beside ${below.place}`;
  for (const [place, users] of Object.entries(ladder.only ?? {}))
    if (within(to, place) && !within(from, place) && !allows(users, from))
      return `${place} is for ${users.join(", ")} alone`;
  return undefined;
}

/** The rule that an import of a package breaks. */
function brokenOutside(ladder: Ladder, { from, to }: Arrow): string | undefined {
  if (to === ladder.name || to.startsWith(`${ladder.name}/`)) return "imports its own package by name";
  const declared = Object.entries(ladder.packages).filter(
    ([name]) => name === to || (name.endsWith("*") && to.startsWith(name.slice(0, -1))),
  );
  if (declared.length === 0) return "no place may import it";
  const places = declared.flatMap(([, each]) => each);
  return allows(places, from) ? undefined : `only ${places.join(", ")} may`;
}

/** Between places the rungs leave no circle; within one, folders and files could form it. */
function samePlace(ladder: Ladder, { from, to, inside }: Arrow): boolean {
  return inside && standing(ladder, from)?.place === standing(ladder, to)?.place;
}

/** Every violation of `ladder` among `files`, those that wait among them. */
export function allViolations(ladder: Ladder, files: readonly SourceFile[]): Violation[] {
  const arrows = arrowsOf(files);
  const waiting = new Set(waitingArrows(ladder));
  const broken = arrows.flatMap((arrow) => {
    const rule = arrow.inside ? brokenInside(ladder, arrow) : brokenOutside(ladder, arrow);
    return rule ? [{ what: nameOf(arrow), rule }] : [];
  });
  const round = arrowsInCircles(
    arrows.filter((arrow) => samePlace(ladder, arrow) && !waiting.has(nameOf(arrow))),
  );
  const homeless = files.filter((file) => !standing(ladder, file.path));
  return [
    ...broken,
    ...round.map((arrow) => ({ what: nameOf(arrow), rule: "closes a circle" })),
    ...homeless.map((file) => ({ what: file.path, rule: "stands on no rung" })),
    ...files.flatMap((file) => bannedWords(ladder, file)),
  ];
}

function bannedWords(ladder: Ladder, { path, code }: SourceFile): Violation[] {
  return [...HABITS, ...(ladder.words ?? [])]
    .filter(
      ({ pattern, allowed, unless }) =>
        pattern.test(code) && !allows(allowed ?? [], path) && !unless?.test(code),
    )
    .map(({ name }) => ({ what: `${path} uses ${name}`, rule: "its place may not" }));
}

const waitingArrows = (ladder: Ladder): string[] => Object.values(ladder.waiting ?? {}).flat();

/** Every violation that nothing waits for, as sentences. */
export function violations(ladder: Ladder, files: readonly SourceFile[]): string[] {
  const waiting = new Set(waitingArrows(ladder));
  const found = allViolations(ladder, files).filter(({ what }) => !waiting.has(what));
  return [...new Set(found.map(({ what, rule }) => `${what}: ${rule}`))];
}

/** Every entry of `waiting` that breaks nothing any more, or that stands there twice. */
export function staleWaiting(ladder: Ladder, files: readonly SourceFile[]): string[] {
  const entries = waitingArrows(ladder);
  const broken = new Set(allViolations({ ...ladder, waiting: {} }, files).map(({ what }) => what));
  return entries.filter((entry, at) => !broken.has(entry) || entries.indexOf(entry) !== at);
}
