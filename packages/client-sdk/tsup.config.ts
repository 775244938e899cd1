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

export default defineConfig([
  {
    entry: Object.fromEntries(Object.entries(entries).filter(([, file]) => existsSync(file))),
    format: ["esm", "cjs"],
    dts: true,
    sourcemap: true,
    // The other two builds run at the same time.
    clean: ["**/*", "!web/engine.worker.js", "!web/output.worklet.js"],
    splitting: true,
    target: "es2022",
    shims: false,
  },
  { ...standalone, entry: { "web/engine.worker": "src/web/engine.worker.ts" }, minify: true },
  // Larger than what bundlers inline as a data: URL, which a strict content security policy refuses.
  { ...standalone, entry: { "web/output.worklet": "src/web/output.worklet.ts" } },
]);
