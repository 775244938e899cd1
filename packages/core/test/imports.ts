import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize, relative, sep } from "node:path";

/** A source file: its path from the root that was scanned, its text without comments, and what it imports. */
export interface SourceFile {
  readonly path: string;
  readonly code: string;
  readonly imports: readonly string[];
}

const IMPORT = /(?:\bfrom|\bimport)\s*\(?\s*["']([^"']+)["']/g;

/** `text` without comments; strings stay. */
export function stripComments(text: string): string {
  return text.replace(
    /("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`)|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g,
    (_, string: string | undefined) => string ?? " ",
  );
}

export function parseSource(path: string, text: string): SourceFile {
  const code = stripComments(text);
  return { path, code, imports: [...code.matchAll(IMPORT)].map((match) => match[1]!) };
}

/** Every TypeScript source below `root`, but tests and declarations. */
export function readSources(root: string): SourceFile[] {
  const files: SourceFile[] = [];
  const walk = (folder: string) => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) {
        if (entry.name !== "node_modules" && entry.name !== "dist") walk(path);
      } else if (/\.tsx?$/.test(entry.name) && !/\.(test|d)\.tsx?$/.test(entry.name)) {
        files.push(parseSource(relative(root, path).split(sep).join("/"), readFileSync(path, "utf8")));
      }
    }
  };
  walk(root);
  return files;
}

/** The path without extension that a relative import names. */
export function resolveImport(from: string, name: string): string {
  return normalize(join(dirname(from), name))
    .split(sep)
    .join("/");
}

/** Import cycles among `files`, each as the paths that form it. */
export function findCycles(files: readonly SourceFile[]): string[][] {
  const byName = new Map<string, SourceFile>();
  for (const file of files) {
    const bare = file.path.replace(/\.tsx?$/, "");
    byName.set(bare, file);
    if (bare.endsWith("/index")) byName.set(bare.slice(0, -6), file);
  }
  const cycles: string[][] = [];
  const done = new Set<string>();
  const visit = (file: SourceFile, trail: readonly string[]) => {
    const at = trail.indexOf(file.path);
    if (at >= 0) {
      cycles.push([...trail.slice(at), file.path]);
      return;
    }
    if (done.has(file.path)) return;
    for (const name of file.imports.filter((each) => each.startsWith("."))) {
      const target = byName.get(resolveImport(file.path, name).replace(/\.[jt]sx?$/, ""));
      if (target) visit(target, [...trail, file.path]);
    }
    done.add(file.path);
  };
  for (const file of files) visit(file, []);
  return cycles;
}
