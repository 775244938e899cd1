/** Which exports of a package's public entries nothing in production reaches, by what each file imports and declares. */
import { dirname, posix } from "node:path";
import ts from "typescript";

/** A file of production, by its path from the repository's root with forward slashes. */
export interface ProductionFile {
  readonly path: string;
  readonly text: string;
}

interface Module {
  /** Names declared here and exported, with their declarations. */
  readonly declared: ReadonlyMap<string, ts.Statement>;
  /** Names passed on: exported name to where it comes from. */
  readonly passedOn: ReadonlyMap<string, Reference>;
  /** Modules passed on whole. */
  readonly passedOnWhole: readonly string[];
  readonly imported: readonly Reference[];
}
interface Reference {
  readonly from: string;
  readonly name: string;
}

/** Identifiers anywhere below `node`. */
function identifiersOf(node: ts.Node, into = new Set<string>()): Set<string> {
  if (ts.isIdentifier(node)) into.add(node.text);
  node.forEachChild((child) => void identifiersOf(child, into));
  return into;
}

function declaredNames(statement: ts.Statement): readonly string[] {
  const bound = (name: ts.BindingName): readonly string[] =>
    ts.isIdentifier(name)
      ? [name.text]
      : name.elements.flatMap((each) => (ts.isBindingElement(each) ? bound(each.name) : []));
  if (ts.isVariableStatement(statement))
    return statement.declarationList.declarations.flatMap((each) => bound(each.name));
  const { name } = statement as ts.DeclarationStatement;
  return name ? [name.text] : [];
}

function isType(statement: ts.Statement | undefined): boolean {
  return !!statement && (ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement));
}

const read = new WeakMap<ProductionFile, Module>();

/** The module of `file`, read once. */
function moduleOf(file: ProductionFile): Module {
  const held = read.get(file);
  if (held) return held;
  const made = readModule(file);
  read.set(file, made);
  return made;
}

function readModule({ path, text }: ProductionFile): Module {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest);
  const declared = new Map<string, ts.Statement>();
  const passedOn = new Map<string, Reference>();
  const passedOnWhole: string[] = [];
  const imported: Reference[] = [];
  for (const statement of source.statements) {
    if (ts.isImportDeclaration(statement)) {
      const from = (statement.moduleSpecifier as ts.StringLiteral).text;
      const bindings = statement.importClause?.namedBindings;
      if (bindings && ts.isNamedImports(bindings))
        for (const each of bindings.elements)
          imported.push({ from, name: (each.propertyName ?? each.name).text });
      else if (bindings) for (const name of identifiersOf(source)) imported.push({ from, name });
    } else if (ts.isExportDeclaration(statement) && statement.moduleSpecifier) {
      const from = (statement.moduleSpecifier as ts.StringLiteral).text;
      if (!statement.exportClause) passedOnWhole.push(from);
      else if (ts.isNamedExports(statement.exportClause))
        for (const each of statement.exportClause.elements)
          passedOn.set(each.name.text, { from, name: (each.propertyName ?? each.name).text });
    } else if (
      ts.canHaveModifiers(statement) &&
      ts.getModifiers(statement)?.some((each) => each.kind === ts.SyntaxKind.ExportKeyword)
    ) {
      for (const name of declaredNames(statement)) declared.set(name, statement);
    }
  }
  return { declared, passedOn, passedOnWhole, imported };
}

/**
 * The exports of `entries` that no production file but their own reaches, as `name (path)`. A type is also reached when
 * a declaration that is reached speaks it in the same file, since whoever uses the one must be able to name the other.
 * @param packages what a bare module name stands for, as a path
 */
export function deadExports(
  files: readonly ProductionFile[],
  entries: readonly string[],
  packages: ReadonlyMap<string, string>,
): readonly string[] {
  const modules = new Map(files.map((file) => [file.path, moduleOf(file)]));

  function pathOf(from: string, name: string): string | undefined {
    const packaged = packages.get(name);
    if (packaged !== undefined) return packaged;
    if (!name.startsWith(".")) return undefined;
    const bare = posix.join(dirname(from), name).replace(/\.[jt]sx?$/, "");
    return [".ts", ".tsx", "/index.ts"].map((end) => bare + end).find((path) => modules.has(path));
  }
  /** Where the export `name` of `path` is declared. */
  function originOf(path: string | undefined, name: string): string | undefined {
    const module = path === undefined ? undefined : modules.get(path);
    if (path === undefined || !module) return undefined;
    if (module.declared.has(name)) return `${path}#${name}`;
    const passed = module.passedOn.get(name);
    if (passed) return originOf(pathOf(path, passed.from), passed.name);
    return module.passedOnWhole.map((from) => originOf(pathOf(path, from), name)).find(Boolean);
  }
  function exportsOf(path: string | undefined): readonly (readonly [string, string])[] {
    const module = path === undefined ? undefined : modules.get(path);
    if (path === undefined || !module) return [];
    const names = [...module.declared.keys(), ...module.passedOn.keys()];
    const own = names.map((name) => [name, originOf(path, name) ?? ""] as const);
    return [...own, ...module.passedOnWhole.flatMap((from) => exportsOf(pathOf(path, from)))];
  }

  const reached = new Set<string>();
  function reach(origin: string | undefined): void {
    if (origin === undefined || reached.has(origin)) return;
    reached.add(origin);
    const [path, name] = origin.split("#") as [string, string];
    const { declared } = modules.get(path)!;
    for (const spoken of identifiersOf(declared.get(name)!))
      if (isType(declared.get(spoken))) reach(`${path}#${spoken}`);
  }
  for (const [path, { imported }] of modules)
    for (const { from, name } of imported) reach(originOf(pathOf(path, from), name));

  return entries
    .flatMap((entry) => exportsOf(entry))
    .filter(([, origin]) => origin !== "" && !reached.has(origin))
    .map(([name, origin]) => `${name} (${origin.split("#")[0]})`)
    .sort();
}
