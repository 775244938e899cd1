import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import { filesOf, readGuide } from "../test/harness/guide";

const root = fileURLToPath(new URL("..", import.meta.url));

/** What the compiler has to say about `files`, as if they lay in docs/guides of this workspace. */
function diagnose(files: ReadonlyMap<string, string>): readonly string[] {
  const { config } = ts.readConfigFile(`${root}tsconfig.base.json`, ts.sys.readFile);
  const settings = { ...config.compilerOptions, lib: ["ES2023", "DOM", "DOM.Iterable"], types: ["node"] };
  const { options } = ts.convertCompilerOptionsFromJson(settings, root);
  const folder = `${root}docs/guides/`;
  const shown = new Map([...files].map(([name, text]) => [folder + name, text]));
  const host = ts.createCompilerHost(options);
  const { readFile, fileExists, getSourceFile } = host;
  host.readFile = (path) => shown.get(path) ?? readFile(path);
  host.fileExists = (path) => shown.has(path) || fileExists(path);
  host.getSourceFile = (path, language, ...rest) => {
    const text = shown.get(path);
    return text === undefined
      ? getSourceFile(path, language, ...rest)
      : ts.createSourceFile(path, text, language);
  };
  const program = ts.createProgram(
    [...shown.keys()].filter((path) => path.endsWith(".ts")),
    options,
    host,
  );
  return ts.getPreEmitDiagnostics(program).map(({ file, start = 0, messageText }) => {
    const { line } = file?.getLineAndCharacterOfPosition(start) ?? { line: 0 };
    return `${file?.fileName.slice(folder.length)}:${line + 1} ${ts.flattenDiagnosticMessageText(messageText, " ")}`;
  });
}

describe("the guide to building an app", () => {
  const guide = readGuide("build-an-app.md");
  const files = filesOf(guide);

  test("shows no code that is not checked", () => {
    expect(guide.match(/```(?:ts|html|js)/g)?.length).toBe(files.size);
    expect(files.size).toBeGreaterThan(6);
  });
  test("shows code that compiles under the strictest settings", () => {
    // One mistake more: the compiler is really asked.
    const wrong = 'import { createNodeClient } from "@segue/client-sdk/node";\ncreateNodeClient(1);';
    const said = diagnose(new Map([...files, ["wrong.ts", wrong]]));
    expect(said).toEqual([expect.stringMatching(/^wrong\.ts:2 Argument of type 'number'/)]);
  }, 120_000);
  test("names only statuses, methods and codes that exist", () => {
    const client = readClient();
    for (const [, name] of guide.matchAll(/`([a-zA-Z]+)\(/g))
      if (
        !/^(createWebClient|createNodeClient|audioOutputSuite|manualClock|fakeEngine|memoryHttp)$/.test(name!)
      )
        expect(client, name).toMatch(new RegExp(`\\b${name}\\(`));
  });
});

/** The client as an application sees it. */
function readClient(): string {
  const folder = `${root}packages/client-sdk/src/`;
  const files = [`${folder}client.ts`, ...ts.sys.readDirectory(`${folder}surface`)];
  return files.map((file) => ts.sys.readFile(file) ?? "").join("");
}
