import { defineConfig } from "vitest/config";

/** Workspace packages resolve to their TypeScript sources, so unit tests need no build. */
const conditions = ["segue-source", "node", "import", "module", "default"];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: ["segue-source"] } },
  test: {
    include: ["packages/*/src/**/*.test.ts", "packages/*/test/**/*.test.ts", "examples/*/src/**/*.test.ts", "scripts/**/*.test.ts"],
    exclude: ["**/node_modules/**", "**/dist/**", "**/*.e2e.test.ts"],
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
