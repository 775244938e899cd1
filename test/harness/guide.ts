import { readFileSync } from "node:fs";
import { mkdir, mkdtemp, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const FILE = /<!-- file: (\S+) -->\n```\w+\n([\s\S]*?)```/g;

/** The text of a guide. */
export const readGuide = (name: string): string => readFileSync(join(root, "docs/guides", name), "utf8");

/** The files that a guide shows, by name. */
export function filesOf(guide: string): ReadonlyMap<string, string> {
  return new Map([...guide.matchAll(FILE)].map(([, name, text]) => [name!, text!]));
}

/** Writes a guide's files into a project of their own, in which this workspace's packages are installed. */
export async function writeProject(files: ReadonlyMap<string, string>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "segue-guide-"));
  await symlink(join(root, "node_modules"), join(folder, "node_modules"));
  await writeFile(join(folder, "package.json"), JSON.stringify({ private: true, type: "module" }));
  for (const [name, text] of files) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  return folder;
}
