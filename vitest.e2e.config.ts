import { defineConfig } from "vitest/config";
import unit, { journeys } from "./vitest.unit.config";

/** Journeys that count every frame of a sound card: they have the machine's two cores to themselves. */
const listening = [
  "test/{gapless,gapless-node,aac}.test.ts",
  "packages/client-sdk/test/engine/web-engine.test.ts",
];
const common = {
  exclude: ["**/node_modules/**", "**/dist/**"],
  testTimeout: 120_000,
  hookTimeout: 180_000,
};

/** Whole journeys, with a browser or a server: two beside each other, for most of them wait; then those that listen. */
export default defineConfig({
  ...unit,
  test: {
    projects: [
      {
        ...unit,
        test: {
          ...common,
          name: "journeys",
          include: ["test/**/*.test.ts", ...journeys],
          exclude: [...common.exclude, ...listening],
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        ...unit,
        test: {
          ...common,
          name: "listening",
          include: listening,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
