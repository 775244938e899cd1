/** Writes or checks `*.api.md`: the public surface of each library, so that a change of it shows in the diff. */
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Extractor, ExtractorConfig } from "@microsoft/api-extractor";
import { ensureBuilt, ensureInstalled, root } from "./workspace.mjs";

const ENTRIES = [
  ["packages/core", "index", "core"],
  ["packages/core", "wire/index", "core-wire"],
  ["packages/core", "recommend/index", "core-recommend"],
  ["packages/client-sdk", "index", "client-sdk"],
  ["packages/client-sdk", "web/index", "client-sdk-web"],
  ["packages/client-sdk", "node/index", "client-sdk-node"],
];
const check = process.argv.includes("--check");
await ensureInstalled();
await ensureBuilt();

const temporary = mkdtempSync(join(tmpdir(), "segue-api-"));
mkdirSync(join(root, "docs/api"), { recursive: true });
let stale = 0;
for (const [folder, entry, name] of ENTRIES) {
  const projectFolder = join(root, folder);
  const report = join(root, "docs/api", `${name}.api.md`);
  if (check && !existsSync(report)) {
    console.error(`docs/api/${name}.api.md is missing.`);
    stale += 1;
    continue;
  }
  const config = ExtractorConfig.prepare({
    configObject: {
      projectFolder,
      mainEntryPointFilePath: join(projectFolder, "dist", `${entry}.d.ts`),
      compiler: { tsconfigFilePath: join(projectFolder, "tsconfig.json"), skipLibCheck: true },
      apiReport: {
        enabled: true,
        reportFileName: `${name}.api.md`,
        reportFolder: join(root, "docs/api"),
        reportTempFolder: temporary,
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: {
        compilerMessageReporting: { default: { logLevel: "none" } },
        extractorMessageReporting: { default: { logLevel: "none" } },
        tsdocMessageReporting: { default: { logLevel: "none" } },
      },
    },
    configObjectFullPath: undefined,
    packageJsonFullPath: join(projectFolder, "package.json"),
  });
  const result = Extractor.invoke(config, {
    localBuild: !check,
    showVerboseMessages: false,
    messageCallback: (m) => (m.handled = true),
  });
  if (result.apiReportChanged && check) {
    console.error(`docs/api/${name}.api.md is not current. Run: npm run api-report`);
    stale += 1;
  }
}
rmSync(temporary, { recursive: true, force: true });
process.exitCode = stale > 0 ? 1 : 0;
