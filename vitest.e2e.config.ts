import { defineConfig } from "vitest/config";
import unit, { journeys } from "./vitest.unit.config";

/** Whole journeys, one at a time: they share the machine's two cores with a browser. */
export default defineConfig({
  ...unit,
  test: {
    ...unit.test,
    include: ["test/**/*.test.ts", ...journeys],
    exclude: ["**/node_modules/**", "**/dist/**"],
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 180_000,
  },
});
