import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { ERROR_TABLE } from "../../src/errors/error-table";

const page = readFileSync(fileURLToPath(new URL("../../../../docs/spec/errors.md", import.meta.url)), "utf8");
const rows = page.split("\n").filter((line) => line.startsWith("| `"));

it("has the same error table as the specification", () => {
  const expected = Object.entries(ERROR_TABLE).map(([code, row]) => {
    const again = row.retryable ? "may succeed later" : "final";
    const status = row.scope === "wire" ? ` ${row.status} |` : "";
    return `| \`${code}\` |${status} ${again} | ${row.title} | ${row.remedy} |`;
  });
  expect(rows).toEqual(expected);
});
