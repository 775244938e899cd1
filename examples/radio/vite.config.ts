import { defineConfig } from "vite";

export default defineConfig({
  base: "./",
  worker: { format: "es" },
  // A data: URL would need a wider content security policy.
  build: { target: "es2022", outDir: "dist", emptyOutDir: true, assetsInlineLimit: 0 },
});
