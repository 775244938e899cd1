import type { Ban } from "./ladder";

/** What no source of any package writes. */
export const HABITS: readonly Ban[] = [
  {
    name: "private where #private is meant",
    // A constructor has no other way to be private.
    pattern:
      /(?<=^|[\s({;,])(?:private|protected)\s+(?!constructor\b)(?:(?:static|abstract|override|readonly|async|get|set)\s+)*[\w$[*]+\s*[(:=;?!<]/m,
    planted: [
      "class A { private x = 1; }",
      "class A { constructor(private readonly x: number) {} }",
      "class A {\n  protected async run(): Promise<void> {}\n}",
      "class A { private static of<T>(x: T) {} }",
    ],
  },
  {
    name: "a default export",
    pattern: /\bexport\s+default\b|\bexport\s*\{[^}]*\bas\s+default\b/,
    planted: ["export default plugin;", "export { plugin as default };"],
  },
];
