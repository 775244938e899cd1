/** Requests and answers checked against the OpenAPI document. */
import { ERROR_TABLE, type ErrorCode, SegueError } from "@segue/core";
import { Ajv2020, type ErrorObject, type ValidateFunction } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import type { FastifyInstance, FastifyRequest } from "fastify";
import {
  escapePointer,
  type OpenApiDocument,
  type Operation,
  type Parameter,
  resolveRef,
} from "./openapi-document";

/** Throws SegueError when the request breaks the document. */
type RequestCheck = (request: FastifyRequest) => void;

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

  /** Whether the document describes `method` of `path`. */
  describes(method: string, path: string): boolean {
    return this.#operation(method, path) !== undefined;
  }

  /**
   * The check of requests for `method` of `path`, with every reference followed and every schema compiled. It throws
   * SegueError `malformed_body` for a missing body, else the code that the parameter names, or `invalid_request`.
   */
  requestCheck(method: string, path: string): RequestCheck {
    const operation = this.#operation(method, path);
    const base = `/paths/${escapePointer(path)}`;
    const at = `${base}/${method.toLowerCase()}`;
    const given = (list: readonly Parameter[] | undefined, where: string) =>
      (list ?? []).map((one, i) => this.#parameterCheck(one, `${where}/parameters/${i}`));
    const checks = [
      ...given(this.#document.paths[path]?.parameters, base),
      ...given(operation?.parameters, at),
      this.#bodyCheck(operation?.requestBody, `${at}/requestBody`),
    ].filter((check) => check !== null);
    return (request) => {
      for (const check of checks) check(request);
    };
  }

  /** What is wrong with an answer; null when nothing is, or the document says nothing about it. For tests. */
  checkResponse(method: string, path: string, status: number, body: unknown): string | null {
    const at = `/paths/${escapePointer(path)}/${method.toLowerCase()}/responses`;
    const responses = this.#operation(method, path)?.responses;
    if (!responses) return null;
    const key = [String(status), `${String(status)[0]}XX`, "default"].find((one) => responses[one]);
    if (!key) return `status ${status} is not in the document`;
    const [response, responseAt] = resolveRef(this.#document, responses[key], `${at}/${key}`);
    const type = Object.keys(response?.content ?? {}).find((name) => /[/+]json$/.test(name));
    if (!type) return null;
    const validate = this.#compile(this.#strict, `${responseAt}/content/${escapePointer(type)}/schema`);
    return validate(body) ? null : JSON.stringify(named(validate, ""));
  }

  #operation(method: string, path: string): Operation | undefined {
    return this.#document.paths[path]?.[method.toLowerCase()] as Operation | undefined;
  }

  #parameterCheck(given: Parameter, pointer: string): RequestCheck | null {
    const [parameter, at] = resolveRef(this.#document, given, pointer);
    if (!parameter || (parameter.in !== "query" && parameter.in !== "path")) return null;
    const { name, in: place, required, schema } = parameter;
    const where = `/${place}/${name}`;
    const said = parameter["x-segue-error"];
    const code = said !== undefined && said in ERROR_TABLE ? (said as ErrorCode) : "invalid_request";
    const type = resolveRef(this.#document, schema, "")[0]?.type;
    const validate = schema ? this.#compile(this.#coercing, `${at}/schema`) : null;
    return (request) => {
      const source = (place === "query" ? request.query : request.params) as Record<string, unknown>;
      const raw = source[name];
      if (raw === undefined) {
        if (required) throw new SegueError(code, { errors: [{ pointer: where, message: "is required" }] });
        return;
      }
      // Lists are comma-separated (style form, explode false).
      const value = type === "array" && typeof raw === "string" ? raw.split(",") : raw;
      if (validate && !validate(value)) throw new SegueError(code, { errors: named(validate, where) });
    };
  }

  #bodyCheck(given: Operation["requestBody"], pointer: string): RequestCheck | null {
    const [body, at] = resolveRef(this.#document, given, pointer);
    if (!body) return null;
    const validate = body.content?.["application/json"]?.schema
      ? this.#compile(this.#strict, `${at}/content/application~1json/schema`)
      : null;
    return (request) => {
      // Protobuf: its codec checks it.
      if (Buffer.isBuffer(request.body)) return;
      if (request.body === undefined || request.body === null) {
        if (body.required) throw new SegueError("malformed_body", { detail: "a body is required" });
        return;
      }
      if (validate && !validate(request.body))
        throw new SegueError("invalid_request", { errors: named(validate, "") });
    };
  }

  #compile(ajv: Ajv2020, pointer: string): ValidateFunction {
    const key = `${ajv === this.#strict ? "s" : "c"}${pointer}`;
    const held = this.#compiled.get(key);
    if (held) return held;
    const validate = ajv.compile({ $ref: `${ID}#${encodeURI(pointer)}` });
    this.#compiled.set(key, validate);
    return validate;
  }
}

/** The faults that `validate` found last, with pointers below `where`. */
function named(validate: ValidateFunction, where: string): { pointer: string; message: string }[] {
  return (validate.errors ?? []).slice(0, 20).map((error: ErrorObject) => {
    const missing = (error.params as { missingProperty?: string }).missingProperty;
    const pointer = `${where}${error.instancePath}${missing === undefined ? "" : `/${missing}`}`;
    return { pointer: pointer.slice(0, 200), message: (error.message ?? "differs").slice(0, 200) };
  });
}

/** Checks every request that reaches a route which the document describes. */
export function registerValidation(app: FastifyInstance, validator: OpenApiValidator): void {
  app.addHook("onRoute", (route) => {
    const path = route.url.replace(/:([A-Za-z]+)/g, "{$1}");
    const methods = [route.method].flat().filter((method) => validator.describes(method, path));
    if (methods.length === 0) return;
    // Made when they are first needed: compiling every schema would delay the start.
    const checks = new Map<string, RequestCheck>();
    const validate = (request: FastifyRequest, _reply: unknown, done: (error?: Error) => void) => {
      try {
        const { method } = request;
        let check = checks.get(method);
        if (!check && methods.includes(method)) {
          check = validator.requestCheck(method, path);
          checks.set(method, check);
        }
        check?.(request);
        done();
      } catch (error) {
        done(error as Error);
      }
    };
    route.preValidation = [...[route.preValidation ?? []].flat(), validate];
  });
}
