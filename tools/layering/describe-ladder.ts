import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import type { Ladder } from "./ladder";
import { plantedTrees } from "./plant";
import { readSources } from "./sources";
import { staleWaiting, violations } from "./violations";

const repository = fileURLToPath(new URL("../..", import.meta.url));

/** Holds a package against its ladder, and the ladder against trees that break each of its rules. */
export function describeLadder(ladder: Ladder): void {
  describe(ladder.name, () => {
    const root = join(repository, ladder.root);
    const files = readSources(root, ladder.unread ?? []);

    test("has sources to look at", () => expect(files).not.toEqual([]));
    test("keeps its ladder", () => expect(violations(ladder, files)).toEqual([]));
    test("waits for nothing that is mended", () => expect(staleWaiting(ladder, files)).toEqual([]));
    test("exports what it promises", () => expect(exportsOf(root)).toEqual(ladder.exports));
    test("notices each of its rules broken, and no other", () => {
      const unwaiting = { ...ladder, waiting: {} };
      const misjudged = plantedTrees(ladder).filter(
        ({ files: tree, breaks }) => violations(unwaiting, tree).length > 0 !== breaks,
      );
      expect(
        misjudged.map(({ name, breaks }) => `${name} ${breaks ? "goes unnoticed" : "is refused"}`),
      ).toEqual([]);
    });
  });
}

/** The export map of the package that `root` belongs to, each entry with its source, or its file where it has none. */
function exportsOf(root: string): Record<string, string> {
  const folder = [root, join(root, "..")].find((each) => existsSync(join(each, "package.json")))!;
  const { exports = {} } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  return Object.fromEntries(
    Object.entries<string | { "segue-source": string }>(exports).map(([entry, target]) => [
      entry,
      typeof target === "string" ? target : target["segue-source"],
    ]),
  );
}
