import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import ts from "typescript";

/** A source file: its path from the root that was read, its text without comments, and the names that it imports. */
export interface SourceFile {
  readonly path: string;
  readonly code: string;
  readonly imports: readonly string[];
}

const SOURCE = /\.(?:tsx?|mjs)$/;
const NO_SOURCE = /\.(?:test|config|d)\.(?:tsx?|mjs)$/;

/** `text` without comments; strings stay. */
function stripComments(text: string): string {
  return text.replace(
    /("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`)|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g,
    (_, string: string | undefined) => string ?? " ",
  );
}

/** Every module name that `text` imports or exports from: static, dynamic, of types alone, and required. */
function importedNames(path: string, text: string): string[] {
  const names: string[] = [];
  const take = (node: ts.Node | undefined) => {
    if (node && ts.isStringLiteralLike(node)) names.push(node.text);
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) take(node.moduleSpecifier);
    else if (ts.isExternalModuleReference(node)) take(node.expression);
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) take(node.argument.literal);
    else if (ts.isCallExpression(node) && isLoader(node.expression)) take(node.arguments[0]);
    ts.forEachChild(node, visit);
  };
  const options = {
    languageVersion: ts.ScriptTarget.ESNext,
    jsDocParsingMode: ts.JSDocParsingMode.ParseNone,
  };
  visit(ts.createSourceFile(path, text, options));
  return names;
}

const isLoader = (callee: ts.Expression): boolean =>
  callee.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(callee) && callee.text === "require");

export function parseSource(path: string, text: string): SourceFile {
  return { path, code: stripComments(text), imports: importedNames(path, text) };
}

/** Every source below `root`, but tests, configurations, declarations and the folders in `unread`. */
export function readSources(root: string, unread: readonly string[]): SourceFile[] {
  const files: SourceFile[] = [];
  const walk = (folder: string): void => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const full = join(folder, entry.name);
      const path = relative(root, full).split(sep).join("/");
      if (entry.isDirectory()) {
        if (!["node_modules", "dist", ...unread].includes(path)) walk(full);
      } else if (SOURCE.test(path) && !NO_SOURCE.test(path)) {
        files.push(parseSource(path, readFileSync(full, "utf8")));
      }
    }
  };
  walk(root);
  return files;
}
