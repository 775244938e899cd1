import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

it("is given what it works with: no environment, no worker's port", () => {
  const here = import.meta.dirname;
  const files = readdirSync(here, { recursive: true, encoding: "utf8" }).filter(
    (file) => file.endsWith(".ts") && !file.endsWith(".test.ts") && !file.startsWith("testing/"),
  );
  expect(files.length).toBeGreaterThan(30);
  const taken = files.filter((file) =>
    /process\.env|node:worker_threads/.test(readFileSync(join(here, file), "utf8")),
  );
  expect(taken).toEqual([]);
});
