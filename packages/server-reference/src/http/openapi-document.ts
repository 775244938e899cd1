/** The OpenAPI document: where it is, and its references. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** A parameter of a request. */
export interface Parameter {
  readonly $ref?: string;
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly schema?: { readonly type?: string | string[]; readonly $ref?: string };
  /** The wire code for a value that does not match; `invalid_request` when absent. */
  readonly "x-segue-error"?: string;
}
interface Media {
  readonly schema?: unknown;
}
/** A method of a path. */
export interface Operation {
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

/** `part` of a path as a JSON pointer spells it. */
export const escapePointer = (part: string) => part.replaceAll("~", "~0").replaceAll("/", "~1");

/** Follows the references of `value`, which is at `pointer`: what is meant, and where that is. */
export function resolveRef<T extends { readonly $ref?: string }>(
  document: OpenApiDocument,
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
      document,
    ) as T | undefined;
  }
  return [current, at];
}
