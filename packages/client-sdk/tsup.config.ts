import { existsSync } from "node:fs";
import { defineConfig, type Options } from "tsup";

const entries: Record<string, string> = {
  index: "src/index.ts",
  "web/index": "src/web/index.ts",
  "node/index": "src/node/index.ts",
  "testing/index": "src/testing/index.ts",
};

/** The engine's own files: one each, without imports, for `new Worker()` and `addModule()`. */
const standalone: Options = {
  format: ["esm"],
  dts: false,
  sourcemap: false,
  splitting: false,
  clean: false,
  target: "es2022",
  platform: "browser",
  noExternal: [/.*/],
  treeshake: false,
  esbuildOptions(options) {
    // The decoder's wasm lives in a string literal; escapes would make it larger, and a raw template cannot hold them.
    options.charset = "utf8";
    options.conditions = ["segue-source"];
  },
};

const library: Options = {
  entry: Object.fromEntries(Object.entries(entries).filter(([, file]) => existsSync(file))),
  dts: true,
  sourcemap: true,
  clean: false,
  target: "es2022",
};

export default defineConfig([
  { ...library, format: ["esm"], splitting: true },
  // Unsplit, so that the shim for import.meta.url reaches it: CommonJS has none.
  { ...library, format: ["cjs"], splitting: false, shims: true },
  { ...standalone, entry: { "web/engine.worker": "src/web/engine.worker.ts" }, minify: true },
  { ...standalone, entry: { "web/kernel.worker": "src/web/kernel.worker.ts" }, minify: true },
  // Larger than what bundlers inline as a data: URL, which a strict content security policy refuses.
  { ...standalone, entry: { "web/output.worklet": "src/web/output.worklet.ts" } },
]);
