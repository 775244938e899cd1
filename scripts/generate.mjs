/**
 * Generates what is derived from proto/ and openapi/: packages/core/src/gen and openapi/schemas/generated.yaml.
 * `--check` changes nothing of the committed files' meaning: it fails when they were not current.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { schemasOf } from "./generated-schemas.mjs";
import { resourcesOf } from "./resources.mjs";
import { bin, root } from "./workspace.mjs";

const GEN = join(root, "packages/core/src/gen");
const SCHEMAS = join(root, "openapi/schemas/generated.yaml");
const PACKAGES = [
  "segue.common.v1alpha1",
  "segue.playback.v1alpha1",
  "segue.license.v1alpha1",
  "segue.events.v1alpha1",
];

const HELP = `npm run generate [-- --check]
  Writes packages/core/src/gen and openapi/schemas/generated.yaml from proto/ and openapi/.
  --check  fail when what is committed differs from what the specifications give`;

function call(program, args, input) {
  const env = { ...process.env, REDOCLY_TELEMETRY: "off", REDOCLY_SUPPRESS_UPDATE_NOTICE: "true" };
  return execFileSync(program, args, {
    cwd: root,
    env,
    maxBuffer: 64 << 20,
    ...(input === undefined ? { stdio: ["ignore", "pipe", "pipe"] } : { input, stdio: "pipe" }),
  });
}

function generate() {
  mkdirSync(GEN, { recursive: true });
  call(bin("buf"), ["generate"]);
  markPure();
  const image = JSON.parse(call(bin("buf"), ["build", "-o", "-#format=json"]).toString("utf8"));
  writeFileSync(SCHEMAS, schemasOf(image, PACKAGES));
  call(bin("biome"), ["format", "--write", SCHEMAS]);
  const bundle = join(GEN, "openapi.json");
  call(bin("redocly"), ["bundle", "openapi/segue.yaml", "-o", bundle]);
  const messages = Object.keys(parse(readFileSync(SCHEMAS, "utf8")));
  const { types, readers } = resourcesOf(JSON.parse(readFileSync(bundle, "utf8")), messages);
  writeFileSync(join(GEN, "resources.ts"), formatted(types));
  writeFileSync(join(GEN, "resource-schemas.ts"), formatted(readers));
}

const formatted = (code) => call(bin("biome"), ["format", "--stdin-file-path=generated.ts"], code);

/** Marks the message types as free of side effects, so that a bundler leaves out those that an application does not use. */
function markPure() {
  const proto = join(GEN, "proto");
  for (const entry of readdirSync(proto, { recursive: true, withFileTypes: true })) {
    if (!entry.name.endsWith("_pb.ts")) continue;
    const path = join(entry.parentPath ?? entry.path, entry.name);
    const text = readFileSync(path, "utf8");
    writeFileSync(path, text.replace(/= new (\w+\$Type)\(\)/g, "= /*@__PURE__*/ new $1()"));
  }
}

/** Every generated file with its content. */
function snapshot() {
  const files = new Map();
  const add = (path) => {
    try {
      files.set(path, readFileSync(path, "utf8"));
    } catch {
      files.set(path, "");
    }
  };
  add(SCHEMAS);
  mkdirSync(GEN, { recursive: true });
  for (const entry of readdirSync(GEN, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) add(join(entry.parentPath ?? entry.path, entry.name));
  return files;
}

function main(args) {
  if (args.includes("--help")) return console.log(HELP);
  const before = args.includes("--check") ? snapshot() : null;
  try {
    generate();
  } catch (error) {
    process.stderr.write(error.stderr ?? `${error.stack}\n`);
    process.exitCode = 1;
    return;
  }
  if (before === null)
    return console.log("Generated packages/core/src/gen and openapi/schemas/generated.yaml.");
  const after = snapshot();
  const stale = [...new Set([...before.keys(), ...after.keys()])].filter(
    (path) => before.get(path) !== after.get(path),
  );
  for (const path of stale) console.error(`not current: ${path.slice(root.length)}`);
  if (stale.length > 0) process.exitCode = 1;
  else console.log("Generated files are current.");
}

main(process.argv.slice(2));
