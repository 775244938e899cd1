import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { positionAt } from "../src/models/position";
import { REQUIREMENTS } from "../src/runner/requirements";

const folder = fileURLToPath(new URL("../vectors", import.meta.url));
const read = (path: string) => JSON.parse(readFileSync(join(folder, path), "utf8"));
const files = readdirSync(join(folder, "v1"), { recursive: true, encoding: "utf8" })
  .filter((file) => file.includes("/") && file.endsWith(".json"))
  .sort();

describe("vector files", () => {
  const schema = read("v1/schema.json");
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  ajv.addSchema(schema, "vectors");

  test.each(files)("%s has the shape that the schema gives it", (file) => {
    const content = read(`v1/${file}`);
    expect(ajv.validate("vectors", content), JSON.stringify(ajv.errors)).toBe(true);
    const name = file.replace(/\.json$/, "");
    expect(schema.$defs, `the schema does not know ${name}`).toHaveProperty([name]);
    const shape = ajv.getSchema(`vectors#/$defs/${name.replaceAll("/", "~1")}`)!;
    for (const each of content.cases)
      expect(shape(each), `${each.name}: ${JSON.stringify(shape.errors)}`).toBe(true);
    const names = content.cases.map((each: { name: string }) => each.name);
    expect(new Set(names).size).toBe(names.length);
  });

  test.each(files)("%s names requirements that there are", (file) => {
    for (const id of read(`v1/${file}`).requirements) expect(REQUIREMENTS.has(id), id).toBe(true);
  });

  test("are all listed in the README", () => {
    const readme = readFileSync(join(folder, "README.md"), "utf8");
    for (const file of files) expect(readme).toContain(`\`${file}\``);
  });
});

test.each(
  read("v1/connect/position.json").cases as {
    name: string;
    anchor: never;
    atServerUs: number;
    positionMs: number;
  }[],
)("position: $name", ({ anchor, atServerUs, positionMs }) => {
  expect(positionAt(anchor, atServerUs)).toBe(positionMs);
});

describe("the Python runner", () => {
  const command = process.env.SEGUE_PYTHON || "python3";
  const python = spawnSync(command, ["-c", "import cryptography"]).status === 0;
  if (!python)
    console.log(
      "SKIPPED the Python runner of the golden vectors: python3 with the package cryptography is not there.",
    );
  const lines = readFileSync(join(folder, "run.py"), "utf8").trimEnd().split("\n").length;

  test("stays short enough to be read", () => expect(lines).toBeLessThanOrEqual(50));

  test.skipIf(!python)("agrees with every case", () => {
    const out = execFileSync(command, [join(folder, "run.py")], { encoding: "utf8" });
    expect(out).toMatch(/^\d{2,} passed, 0 failed$/m);
  });

  test.skipIf(!python).each([
    ["protection/segments", "wrong hash", (each: Record<string, unknown>) => ({ ...each, hash: "00" })],
    [
      "events/count-rule",
      "wrong count",
      (each: Record<string, unknown>) => ({ ...each, counts: !each.counts }),
    ],
    ["license/clock-proofs", "wrong hold", (each: Record<string, unknown>) => ({ ...each, after: [] })],
    ["connect/position", "wrong place", (each: Record<string, unknown>) => ({ ...each, positionMs: 1.5 })],
  ])("computes %s: it fails on a %s", (name, _what, spoil) => {
    const copy = mkdtempSync(join(tmpdir(), "segue-vectors-"));
    try {
      cpSync(folder, copy, { recursive: true });
      const path = join(copy, "v1", `${name}.json`);
      const content = JSON.parse(readFileSync(path, "utf8"));
      writeFileSync(
        path,
        JSON.stringify({ ...content, cases: [spoil(content.cases[0]), ...content.cases.slice(1)] }),
      );
      const { status, stdout } = spawnSync(command, [join(copy, "run.py")], { encoding: "utf8" });
      expect(status).toBe(1);
      expect(stdout).toContain(`FAILED ${name}: ${content.cases[0].name}`);
      expect(stdout).toMatch(/, 1 failed$/m);
    } finally {
      rmSync(copy, { recursive: true, force: true });
    }
  });
});
