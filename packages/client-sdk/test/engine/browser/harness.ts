import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { build } from "esbuild";

const here = new URL(".", import.meta.url).pathname;
const src = new URL("../../../src/web/", import.meta.url).pathname;

export const CSP =
  "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'";

async function bundle(entry: string): Promise<Uint8Array> {
  const result = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: "esm",
    target: "es2022",
    charset: "utf8",
    conditions: ["segue-source"],
    logLevel: "error",
  });
  return result.outputFiles[0]!.contents;
}

/** Serves the page, its scripts and media objects on a free port of the loopback. */
export async function serve(
  objects: ReadonlyMap<string, Uint8Array>,
  isolated: boolean,
  files: ReadonlyMap<string, Uint8Array>,
): Promise<{ origin: string; server: Server }> {
  const server = createServer((request, response) => {
    const path = new URL(request.url!, "http://x").pathname;
    response.setHeader("content-security-policy", CSP);
    if (isolated) {
      response.setHeader("cross-origin-opener-policy", "same-origin");
      response.setHeader("cross-origin-embedder-policy", "require-corp");
    }
    const object = objects.get(path);
    if (object) {
      const match = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "");
      const start = Number(match?.[1] ?? 0);
      const end = Math.min(object.length, Number(match?.[2] ?? object.length) + 1);
      response.writeHead(206, {
        "content-range": `bytes ${start}-${end - 1}/${object.length}`,
        "content-length": end - start,
        etag: `"${path.slice(1)}"`,
      });
      response.end(object.subarray(start, end));
      return;
    }
    const file = files.get(path === "/" ? "/index.html" : path);
    const type = path.endsWith(".js") ? "text/javascript; charset=utf-8" : "text/html";
    response.writeHead(file ? 200 : 404, { "content-type": type });
    response.end(file);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}

export async function testPageFiles(): Promise<Map<string, Uint8Array>> {
  const html = `<!doctype html><meta charset="utf-8"><title>engine</title><script type="module" src="/page.js"></script>`;
  const [page, worker, worklet] = await Promise.all([
    bundle(`${here}page.ts`),
    bundle(`${src}engine.worker.ts`),
    bundle(`${src}output.worklet.ts`),
  ]);
  return new Map([
    ["/index.html", new TextEncoder().encode(html)],
    ["/page.js", page],
    ["/engine.worker.js", worker],
    ["/output.worklet.js", worklet],
  ]);
}
