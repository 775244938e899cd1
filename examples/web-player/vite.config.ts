import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const file = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const server = process.env.SEGUE_SERVER ?? "http://127.0.0.1:4600";

export default defineConfig({
  plugins: [react()],
  // The SDK finds its worker and worklet beside itself, by `new URL(…, import.meta.url)`.
  optimizeDeps: { exclude: ["@segue/client-sdk"] },
  worker: { format: "es" },
  build: {
    target: "es2022",
    outDir: "dist",
    emptyOutDir: true,
    // A data: URL would need a wider content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: { input: { index: file("index.html"), callback: file("auth-callback.html") } },
  },
  server: {
    proxy: { "/v1": server, "/oauth": server, "/.well-known": server },
  },
});
