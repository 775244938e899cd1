/** `npm run check`: everything that is not a test; ends with the line "N passed, N failed". */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { bin, ensureBuilt, ensureInstalled, root, run } from "./workspace.mjs";

const PACKAGES = ["packages/core", "packages/client-sdk", "packages/server-reference"];
const TYPED = [...PACKAGES, "packages/conformance", "examples/web-player", "examples/radio", "."];

/** Every check: a name, and the commands that must all succeed. */
const CHECKS = {
  types: TYPED.map((folder) => [bin("tsc"), ["-p", join(folder, "tsconfig.json")]]),
  "lint and format": [[bin("biome"), ["ci", "--colors=off", "."]]],
  publint: PACKAGES.map((folder) => [bin("publint"), ["run", folder, "--pack", "npm", "--strict"]]),
  "types as published": [
    [bin("attw"), ["--pack", "packages/core", "--profile", "node16"]],
    [
      bin("attw"),
      [
        "--pack",
        "packages/client-sdk",
        "--profile",
        "node16",
        "--exclude-entrypoints",
        "./web/engine.worker.js",
        "./web/kernel.worker.js",
        "./web/output.worklet.js",
      ],
    ],
    [bin("attw"), ["--pack", "packages/server-reference", "--profile", "esm-only"]],
  ],
  "buf lint": [[bin("buf"), ["lint"]]],
  "buf format": [[bin("buf"), ["format", "-d", "--exit-code"]]],
  "buf breaking": [[process.execPath, ["scripts/buf-breaking.mjs"]]],
  "OpenAPI lint": [[bin("redocly"), ["lint", "openapi/segue.yaml"]]],
  "generated code is current": [[process.execPath, ["scripts/generate.mjs", "--check"]]],
  "kernels are current": [[process.execPath, ["scripts/build-kernels.mjs", "--check"]]],
  "API report": [[process.execPath, ["scripts/api-report.mjs", "--check"]]],
  "size budget": [[bin("size-limit"), []]],
};

if (process.argv.includes("--help")) {
  console.log(
    `npm run check [-- NAME …]\n\nRuns these checks, or the named ones:\n  ${Object.keys(CHECKS).join("\n  ")}`,
  );
  process.exit(0);
}
await ensureInstalled();
await ensureBuilt();

const wanted = process.argv.slice(2);
let passed = 0;
let failed = 0;
for (const [name, commands] of Object.entries(CHECKS)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  let ok = true;
  for (const [command, args] of commands) {
    if (args[0] === "-p" && !existsSync(join(root, args[1]))) continue;
    const env = { NO_COLOR: "1", REDOCLY_TELEMETRY: "off", REDOCLY_SUPPRESS_UPDATE_NOTICE: "true" };
    if ((await run(command, args, { quiet: true, env })) !== 0) ok = false;
  }
  console.log(`${ok ? "ok    " : "FAILED"} ${name}`);
  if (ok) passed += 1;
  else failed += 1;
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
