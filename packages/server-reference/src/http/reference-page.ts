/** The API reference as one page without script, made from the OpenAPI document. */
import type { OpenApiDocument } from "./openapi-document";

type Node = Record<string, unknown>;

const html = (value: unknown) =>
  String(value ?? "").replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
const METHODS = ["get", "head", "post", "put", "patch", "delete"];

const STYLE = `body{font:15px/1.55 system-ui,sans-serif;margin:0;color:#1c2024;background:#fff;display:grid;grid-template-columns:270px 1fr}
nav{position:sticky;top:0;height:100vh;overflow:auto;padding:20px;background:#f4f6f7;border-right:1px solid #dde2e6;box-sizing:border-box;font-size:13px}
nav a{display:block;color:inherit;text-decoration:none;padding:2px 0;overflow-wrap:anywhere}nav a:hover{text-decoration:underline}
main{padding:24px 40px;max-width:900px}h2{margin:2.2em 0 .2em;font-size:1.1rem}code,pre{font:13px/1.45 ui-monospace,monospace}
pre{background:#f4f6f7;padding:12px;border-radius:6px;overflow:auto;max-height:420px}b.m{display:inline-block;min-width:56px;color:#0b6b46;text-transform:uppercase}
table{border-collapse:collapse;margin:.6em 0}td,th{text-align:left;padding:3px 14px 3px 0;vertical-align:top}
@media(prefers-color-scheme:dark){body{background:#111417;color:#e8eaec}nav,pre{background:#191d21;border-color:#2a3036}b.m{color:#7fd1ae}}
@media(max-width:760px){body{display:block}nav{position:static;height:auto}main{padding:16px}}`;

function follow(document: OpenApiDocument, node: unknown): Node {
  let current = (node ?? {}) as Node;
  for (let depth = 0; typeof current.$ref === "string" && depth < 8; depth++) {
    const parts = current.$ref
      .split("/")
      .slice(1)
      .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
    current = parts.reduce<unknown>((at, part) => (at as Node | undefined)?.[part], document) as Node;
  }
  return current ?? {};
}

/** `schema` with its references named rather than expanded. */
function schemaText(schema: unknown): string {
  const named = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(named);
    if (typeof value !== "object" || value === null) return value;
    const node = value as Node;
    if (typeof node.$ref === "string") return `→ ${node.$ref.split("/").pop()}`;
    return Object.fromEntries(Object.entries(node).map(([key, inner]) => [key, named(inner)]));
  };
  const text = named(schema);
  return typeof text === "string" ? text : JSON.stringify(text, null, 2);
}

function contentHtml(node: Node): string {
  return Object.entries((node.content ?? {}) as Record<string, Node>)
    .map(
      ([type, media]) =>
        `<p><code>${html(type)}</code></p><pre>${html(schemaText(media.schema ?? {}))}</pre>`,
    )
    .join("");
}

function operationHtml(document: OpenApiDocument, path: string, method: string, item: Node): string {
  const operation = item[method] as Node;
  const given = [...((item.parameters ?? []) as unknown[]), ...((operation.parameters ?? []) as unknown[])];
  const parameters = given
    .map((one) => follow(document, one))
    .map(
      (p) =>
        `<tr><td><code>${html(p.name)}</code></td><td>${html(p.in)}${p.required ? ", required" : ""}</td><td>${html(p.description)}</td></tr>`,
    )
    .join("");
  const body = operation.requestBody
    ? `<h3>Body</h3>${contentHtml(follow(document, operation.requestBody))}`
    : "";
  const responses = Object.entries((operation.responses ?? {}) as Node)
    .map(([status, one]) => [status, follow(document, one)] as const)
    .map(
      ([status, one]) =>
        `<details><summary><b>${html(status)}</b> ${html(one.description)}</summary>${contentHtml(one)}</details>`,
    )
    .join("");
  return `<section><h2 id="${html(`${method}${path}`)}"><b class="m">${method}</b> <code>${html(path)}</code></h2>
<p><strong>${html(operation.summary)}</strong></p><p>${html(operation.description)}</p>
${parameters ? `<table>${parameters}</table>` : ""}${body}<h3>Answers</h3>${responses}</section>`;
}

/** The page. */
export function referencePage(document: OpenApiDocument): string {
  const operations = Object.entries(document.paths).flatMap(([path, item]) =>
    METHODS.filter((method) => item[method]).map((method) => ({ path, method, item })),
  );
  const links = operations
    .map(
      ({ path, method }) =>
        `<a href="#${html(`${method}${path}`)}"><b class="m">${method}</b> ${html(path)}</a>`,
    )
    .join("");
  const sections = operations
    .map(({ path, method, item }) => operationHtml(document, path, method, item))
    .join("");
  const schemas = ((document as unknown as { components?: { schemas?: Node } }).components?.schemas ??
    {}) as Node;
  const models = Object.entries(schemas)
    .map(
      ([name, schema]) =>
        `<details id="schema-${html(name)}"><summary><code>${html(name)}</code></summary><pre>${html(schemaText(schema))}</pre></details>`,
    )
    .join("");
  const info = (document as unknown as { info?: Node }).info ?? {};
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>${html(info.title ?? "API")} reference</title><style>${STYLE}</style></head><body><nav>${links}<a href="#schemas">Schemas</a></nav>
<main><h1>${html(info.title ?? "API")}</h1><p>${html(info.description)}</p>${sections}<h2 id="schemas">Schemas</h2>${models}</main></body></html>`;
}
