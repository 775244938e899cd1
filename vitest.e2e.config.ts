import { defineConfig } from "vitest/config";
import unit from "./vitest.unit.config";

/** Whole journeys, one at a time: they share the machine's two cores with a browser. */
export default defineConfig({
  ...unit,
  test: {
    ...unit.test,
    include: ["test/**/*.test.ts", "packages/*/test/**/*.e2e.test.ts", "examples/*/test/**/*.e2e.test.ts"],
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 180_000,
  },
});
