/** The OpenAPI document, and requests and answers checked against it. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { SegueError } from "@segue/core";
import { Ajv2020, type ErrorObject, type ValidateFunction } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import type { FastifyInstance, FastifyRequest } from "fastify";

interface Parameter {
  readonly $ref?: string;
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly schema?: { readonly type?: string | string[]; readonly $ref?: string };
}
interface Media {
  readonly schema?: unknown;
}
interface Operation {
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: {
    readonly $ref?: string;
    readonly required?: boolean;
    readonly content?: Record<string, Media>;
  };
  readonly responses?: Record<string, { readonly $ref?: string; readonly content?: Record<string, Media> }>;
}
interface PathItem extends Record<string, unknown> {
  readonly parameters?: readonly Parameter[];
}
/** As much of an OpenAPI 3.1 document as is read here. */
export interface OpenApiDocument {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, PathItem>>;
}

/** Beside the built server, and where it is generated. */
const CANDIDATES = [
  "./openapi.json",
  "../openapi.json",
  "../../../core/src/gen/openapi.json",
  "../../core/src/gen/openapi.json",
];

/** The document; null when it was not generated yet. */
export function loadOpenApi(): OpenApiDocument | null {
  for (const candidate of CANDIDATES) {
    try {
      return JSON.parse(
        readFileSync(fileURLToPath(new URL(candidate, import.meta.url)), "utf8"),
      ) as OpenApiDocument;
    } catch {
      // The next place.
    }
  }
  return null;
}

const escapePointer = (part: string) => part.replaceAll("~", "~0").replaceAll("/", "~1");
const ID = "segue:openapi";

/** Checks requests and answers against one document. */
export class OpenApiValidator {
  readonly #document: OpenApiDocument;
  readonly #strict = new Ajv2020({ strict: false, allErrors: false, validateFormats: true });
  readonly #coercing = new Ajv2020({ strict: false, coerceTypes: true, validateFormats: true });
  readonly #compiled = new Map<string, ValidateFunction>();

  constructor(document: OpenApiDocument) {
    this.#document = document;
    for (const ajv of [this.#strict, this.#coercing]) {
      addFormats.default(ajv);
      ajv.addSchema(document as unknown as Record<string, unknown>, ID);
    }
  }

  /** @throws SegueError `invalid_request` that names the fields */
  checkRequest(method: string, path: string, request: FastifyRequest): void {
    const item = this.#document.paths[path];
    const operation = item?.[method.toLowerCase()] as Operation | undefined;
    if (!item || !operation) return;
    const base = `/paths/${escapePointer(path)}`;
    for (const [i, given] of (item.parameters ?? []).entries())
      this.#parameter(given, `${base}/parameters/${i}`, request);
    const at = `${base}/${method.toLowerCase()}`;
    for (const [i, given] of (operation.parameters ?? []).entries())
      this.#parameter(given, `${at}/parameters/${i}`, request);
    const [body, bodyAt] = this.#resolve(operation.requestBody, `${at}/requestBody`);
    if (!body || Buffer.isBuffer(request.body)) return;
    if (request.body === undefined || request.body === null) {
      if (body.required) throw new SegueError("malformed_body", { detail: "a body is required" });
      return;
    }
    if (body.content?.["application/json"]?.schema)
      this.#check(this.#strict, `${bodyAt}/content/application~1json/schema`, request.body, "");
  }

  /** What is wrong with an answer; null when nothing is, or the document says nothing about it. For tests. */
  checkResponse(method: string, path: string, status: number, body: unknown): string | null {
    const at = `/paths/${escapePointer(path)}/${method.toLowerCase()}/responses`;
    const responses = (this.#document.paths[path]?.[method.toLowerCase()] as Operation | undefined)
      ?.responses;
    if (!responses) return null;
    const key = [String(status), `${String(status)[0]}XX`, "default"].find((one) => responses[one]);
    if (!key) return `status ${status} is not in the document`;
    const [response, responseAt] = this.#resolve(responses[key], `${at}/${key}`);
    const type = Object.keys(response?.content ?? {}).find((name) => /[/+]json$/.test(name));
    if (!type) return null;
    try {
      this.#check(this.#strict, `${responseAt}/content/${escapePointer(type)}/schema`, body, "");
      return null;
    } catch (error) {
      return SegueError.is(error) ? JSON.stringify(error.errors) : String(error);
    }
  }

  #parameter(given: Parameter, pointer: string, request: FastifyRequest): void {
    const [parameter, at] = this.#resolve(given, pointer);
    if (!parameter || (parameter.in !== "query" && parameter.in !== "path")) return;
    const source = (parameter.in === "query" ? request.query : request.params) as Record<string, unknown>;
    const raw = source[parameter.name];
    const where = `/${parameter.in}/${parameter.name}`;
    if (raw === undefined) {
      if (parameter.required)
        throw new SegueError("invalid_request", { errors: [{ pointer: where, message: "is required" }] });
      return;
    }
    if (!parameter.schema) return;
    const type = this.#resolve(parameter.schema as { $ref?: string; type?: unknown }, "")[0]?.type;
    // Lists are comma-separated (style form, explode false).
    const value = type === "array" && typeof raw === "string" ? raw.split(",") : raw;
    this.#check(this.#coercing, `${at}/schema`, value, where);
  }

  #resolve<T extends { readonly $ref?: string }>(
    value: T | undefined,
    pointer: string,
  ): [T | undefined, string] {
    let [current, at] = [value, pointer];
    for (let depth = 0; current?.$ref?.startsWith("#/") && depth < 8; depth++) {
      at = current.$ref.slice(1);
      const parts = at
        .slice(1)
        .split("/")
        .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
      current = parts.reduce<unknown>(
        (node, part) => (node as Record<string, unknown> | undefined)?.[part],
        this.#document,
      ) as T | undefined;
    }
    return [current, at];
  }

  #check(ajv: Ajv2020, pointer: string, value: unknown, where: string): void {
    const key = `${ajv === this.#strict ? "s" : "c"}${pointer}`;
    let validate = this.#compiled.get(key);
    if (!validate) {
      validate = ajv.compile({ $ref: `${ID}#${encodeURI(pointer)}` });
      this.#compiled.set(key, validate);
    }
    // Coercion writes into the parent, so that a lone value needs one.
    if (validate(value)) return;
    throw new SegueError("invalid_request", {
      errors: (validate.errors ?? []).slice(0, 20).map((e) => named(e, where)),
    });
  }
}

function named(error: ErrorObject, where: string): { pointer: string; message: string } {
  const missing = (error.params as { missingProperty?: string }).missingProperty;
  const pointer = `${where}${error.instancePath}${missing === undefined ? "" : `/${missing}`}`;
  return { pointer: pointer.slice(0, 200), message: (error.message ?? "differs").slice(0, 200) };
}

/** Checks every request that reaches a route which the document describes. */
export function registerValidation(app: FastifyInstance, validator: OpenApiValidator): void {
  app.addHook("preValidation", async (request) => {
    const url = request.routeOptions.url;
    if (url) validator.checkRequest(request.method, url.replace(/:([A-Za-z]+)/g, "{$1}"), request);
  });
}
