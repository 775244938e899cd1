import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), "utf8");

test("the README shows the minimal program as it is", () => {
  const shown = /<!-- minimal -->\n```js\n([\s\S]*?)```/.exec(read("README.md"))?.[1];
  const program = read("examples/minimal/play-album.mjs").replace(/^\/\/.*\n/, "");
  expect(shown).toBe(program);
});

test("every path that the README links to exists", () => {
  const links = [...read("README.md").matchAll(/\]\(((?!https?:)[^)]+)\)/g)].map((match) => match[1]!);
  expect(links.length).toBeGreaterThan(4);
  for (const link of links)
    if (!link.includes("docs/decisions")) expect(() => read(link), link).not.toThrow();
});
