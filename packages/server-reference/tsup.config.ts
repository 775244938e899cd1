import { copyFileSync, existsSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { defineConfig } from "tsup";

const workers = readdirSync("src", { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".worker.ts"))
  .map((file) => [`workers/${basename(file, ".ts")}`, join("src", file)] as const);

export default defineConfig({
  entry: {
    index: "src/index.ts",
    "cli/segue-server": "src/cli/segue-server.ts",
    ...Object.fromEntries(workers),
  },
  format: ["esm"],
  target: "node20",
  platform: "node",
  splitting: true,
  dts: { entry: { index: "src/index.ts" } },
  clean: true,
  sourcemap: true,
  onSuccess: async () => {
    const document = "../core/src/gen/openapi.json";
    if (existsSync(document)) copyFileSync(document, "dist/openapi.json");
  },
});
