import { defineConfig } from "vitest/config";

/**
 * Workspace packages resolve to their TypeScript sources, so unit tests need no build. Without `import`, which Vite adds
 * by itself: Node is given these conditions too, and would answer `require` in a dependency with a module.
 */
const conditions = ["segue-source", "node", "module"];

/** Tests that drive a browser or a whole server; the end-to-end run has them, one at a time. */
export const journeys = [
  "**/*.e2e.test.ts",
  "examples/web-player/src/e2e/**/*.test.ts",
  "packages/client-sdk/test/real-server.test.ts",
  "packages/client-sdk/test/engine/{bundlers,web-engine}.test.ts",
];

/** Tests that need an engine which is no part of Node; `npm test -- engines` has them. */
const engines = ["**/*.postgres.test.ts"];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: ["segue-source"] } },
  test: {
    include: [
      "packages/*/src/**/*.test.ts",
      "packages/*/test/**/*.test.ts",
      "examples/*/src/**/*.test.ts",
      "examples/*.test.ts",
      "eval/**/*.test.ts",
      "scripts/**/*.test.ts",
      "tools/**/*.test.ts",
    ],
    exclude: ["**/node_modules/**", "**/dist/**", ...journeys, ...engines],
    // Every core: most of it computes, and half of a small machine would stand idle.
    maxWorkers: "100%",
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
