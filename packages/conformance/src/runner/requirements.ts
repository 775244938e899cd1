/** The frozen list of requirements, and which of them a server's wire cannot show. */
import { readFileSync } from "node:fs";

/** One normative sentence. */
export interface Requirement {
  readonly id: string;
  readonly level: "MUST" | "MUST NOT" | "SHOULD" | "SHOULD NOT" | "MAY" | null;
  readonly draft: boolean;
  /** File in docs/spec. */
  readonly page: string;
  readonly section: string;
  readonly text: string;
}

/** Beside the sources and beside the built program. */
const FOLDERS = ["../requirements/", "../../requirements/"];

function read(name: string): unknown {
  for (const folder of FOLDERS) {
    try {
      return JSON.parse(readFileSync(new URL(folder + name, import.meta.url), "utf8"));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
  }
  throw new Error(`requirements/${name} is missing`);
}

/** Every requirement by id, in the order of the specification. */
export const REQUIREMENTS: ReadonlyMap<string, Requirement> = new Map(
  (read("v1alpha1.json") as { requirements: Requirement[] }).requirements.map((each) => [each.id, each]),
);

const EXCLUDED = read("not-observable.json") as Readonly<Record<string, string>>;

/** The sentence of `id`. @throws RangeError on an id that the specification does not have */
export function requirement(id: string): Requirement {
  const found = REQUIREMENTS.get(id);
  if (!found) throw new RangeError(`${id} is no requirement of this version`);
  return found;
}

export const isMust = (each: Requirement): boolean => each.level === "MUST" || each.level === "MUST NOT";

const CLIENT = /^(?:An? (?:active )?(?:client|device|reader|active device|sender)\b|The active device\b)/;

/** Why a requirement cannot be judged from a server's wire; null when it can. */
export function whyNotObservable({ id, text }: Requirement): string | null {
  const named = EXCLUDED[id];
  if (named !== undefined) return named;
  return CLIENT.test(text) ? "about clients; this suite judges servers" : null;
}
