/** JSON schemas as a test meets them: their shape in one spelling, values of theirs, and values that may break them. */
import fc from "fast-check";

/** A schema, or a part of one. */
export interface JsonSchema {
  readonly [keyword: string]: unknown;
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly oneOf?: readonly JsonSchema[];
}
export type Schemas = Readonly<Record<string, JsonSchema>>;

const REF = "#/components/schemas/";
const nullSchema = (schema: JsonSchema) => schema.type === "null";

/** What `schema` is, when it is no more than a name. */
export const followed = (schema: JsonSchema, schemas: Schemas): JsonSchema =>
  typeof schema.$ref === "string" ? followed(schemas[schema.$ref.slice(REF.length)]!, schemas) : schema;

/** `schema` without null, and whether null is one of its values. */
export function withoutNull(schema: JsonSchema): readonly [JsonSchema, boolean] {
  if (Array.isArray(schema.type)) {
    const [type] = schema.type.filter((one) => one !== "null");
    return [{ ...schema, type }, schema.type.includes("null")];
  }
  const { oneOf = schema.anyOf as readonly JsonSchema[] | undefined, anyOf: _, ...more } = schema;
  const rest = oneOf?.filter((one) => !nullSchema(one));
  return rest?.length === 1 && oneOf?.length === 2 ? [{ ...more, ...rest[0] }, true] : [schema, false];
}

const KEYWORDS: Readonly<Record<string, readonly string[]>> = {
  string: ["minLength", "maxLength", "pattern"],
  number: ["minimum", "maximum"],
  integer: ["minimum", "maximum"],
  boolean: [],
  array: ["items", "minItems", "maxItems"],
  object: ["properties", "required", "additionalProperties"],
};
const EVERYWHERE = ["type", "description", "title", "default", "$schema"];

/** One spelling of `schema`, whoever wrote it. @throws Error on a keyword that would go unnoticed */
export function shapeOf(given: JsonSchema, schemas: Schemas): unknown {
  const resolved = {
    ...(given.default !== undefined && { default: given.default }),
    ...followed(given, schemas),
  };
  const [schema, nullable] = withoutNull(resolved);
  const said = {
    ...(nullable && { nullable }),
    ...(schema.default !== undefined && { default: schema.default }),
  };
  if (typeof schema.$ref === "string") return { ...(shapeOf(schema, schemas) as object), ...said };
  if (schema.oneOf) return { ...said, oneOf: schema.oneOf.map((one) => shapeOf(one, schemas)) };
  const values = schema.enum ?? (schema.const === undefined ? null : [schema.const]);
  if (Array.isArray(values)) return { ...said, values: [...values].sort() };
  const type = String(schema.type);
  const own = KEYWORDS[type];
  const strange = Object.keys(schema).filter((keyword) => ![...EVERYWHERE, ...(own ?? [])].includes(keyword));
  if (!own || strange.length > 0) throw new Error(`not compared: ${type} ${strange}`);
  const { properties = {}, required = [] } = schema;
  if (type === "object")
    return {
      ...said,
      type,
      required: [...required].sort(),
      closed: schema.additionalProperties === false,
      properties: Object.fromEntries(
        Object.entries(properties).map(([name, one]) => [name, shapeOf(one, schemas)]),
      ),
    };
  const bounds = Object.fromEntries(own.map((keyword) => [keyword, schema[keyword]]));
  // A regular expression says of itself that it escapes slashes.
  if (typeof schema.pattern === "string") bounds.pattern = schema.pattern.replaceAll("\\/", "/");
  return { ...said, type, ...bounds, ...(schema.items && { items: shapeOf(schema.items, schemas) }) };
}

/** Values that `schema` allows. */
export function valuesOf(given: JsonSchema, schemas: Schemas): fc.Arbitrary<unknown> {
  const [schema, nullable] = withoutNull(followed(given, schemas));
  if (nullable) return fc.option(valuesOf(schema, schemas), { nil: null });
  if (typeof schema.$ref === "string") return valuesOf(followed(schema, schemas), schemas);
  if (schema.oneOf) return fc.oneof(...schema.oneOf.map((one) => valuesOf(one, schemas)));
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (Array.isArray(schema.enum)) return fc.constantFrom(...schema.enum);
  const bound = (keyword: string, otherwise: number) => Number(schema[keyword] ?? otherwise);
  switch (schema.type) {
    case "boolean":
      return fc.boolean();
    case "integer":
      return fc.integer({
        min: bound("minimum", Number.MIN_SAFE_INTEGER),
        max: bound("maximum", Number.MAX_SAFE_INTEGER),
      });
    case "number":
      return fc.double({ min: bound("minimum", -1e300), max: bound("maximum", 1e300), noNaN: true });
    case "string": {
      const [minLength, maxLength] = [bound("minLength", 0), bound("maxLength", 10_000)];
      const text = fc.oneof(
        fc.string({ minLength, maxLength: Math.min(maxLength, minLength + 20) }),
        fc.constantFrom("a".repeat(minLength), "a".repeat(maxLength)),
      );
      if (typeof schema.pattern !== "string") return text;
      const pattern = new RegExp(schema.pattern, "u");
      return pattern.source.startsWith("^")
        ? fc.stringMatching(pattern)
        : text.filter((one) => pattern.test(one));
    }
    case "array": {
      const minLength = bound("minItems", 0);
      const maxLength = Math.min(bound("maxItems", 3), minLength + 3);
      return fc.array(valuesOf(schema.items!, schemas), { minLength, maxLength });
    }
    case "object":
      return fc.record(
        Object.fromEntries(
          Object.entries(schema.properties ?? {}).map(([name, one]) => [name, valuesOf(one, schemas)]),
        ),
        { requiredKeys: [...(schema.required ?? [])] },
      );
    default:
      throw new Error(`no values of ${JSON.stringify(schema)}`);
  }
}

/** Every number and text that a schema of `schemas` speaks of: where a bound that differs shows. */
export function landmarksOf(schemas: unknown): { readonly numbers: number[]; readonly texts: string[] } {
  const [numbers, texts] = [new Set([0, 1, 0.5, 1e300]), new Set(["", " ", "x"])];
  const visit = (value: unknown): void => {
    if (typeof value === "number") for (const near of [value - 1, value, value + 1]) numbers.add(near);
    if (typeof value === "string" && value.length < 30) texts.add(value);
    if (typeof value === "object" && value !== null) Object.values(value).forEach(visit);
  };
  visit(schemas);
  return { numbers: [...numbers], texts: [...texts] };
}

/** `value` with one place changed, which may break the schema that it obeyed. */
export function changedInOnePlace(
  value: unknown,
  { numbers, texts }: ReturnType<typeof landmarksOf>,
): fc.Arbitrary<unknown> {
  const places: (readonly (string | number)[])[] = [];
  const visit = (at: unknown, path: readonly (string | number)[]): void => {
    places.push(path);
    if (Array.isArray(at)) for (const [i, one] of at.entries()) visit(one, [...path, i]);
    else if (typeof at === "object" && at !== null)
      for (const [name, one] of Object.entries(at)) visit(one, [...path, name]);
  };
  visit(value, []);
  const lengths = numbers.filter((length) => Number.isInteger(length) && length >= 0 && length <= 10_000);
  return fc
    .record({
      path: fc.constantFrom(...places),
      how: fc.constantFrom("remove", "add", "replace", "near", "near", "near"),
      other: fc.oneof(
        fc.constantFrom<unknown>(null, true, [], {}),
        fc.constantFrom(...numbers),
        fc.constantFrom(...texts),
      ),
      number: fc.constantFrom(...numbers),
      length: fc.constantFrom(...lengths),
      text: fc.constantFrom(...texts),
    })
    .map(({ path, how, other, number, length, text }) => {
      const near = (old: unknown): unknown => {
        if (typeof old === "number") return number;
        if (typeof old === "string") return length % 2 === 0 ? "a".repeat(length) : text;
        if (typeof old === "boolean") return !old;
        if (Array.isArray(old))
          return old.length === 0 ? [other] : Array(Math.min(length, 1001)).fill(old[0]);
        return old === null ? other : { ...(old as object), more: other };
      };
      const change = (old: unknown): unknown =>
        how === "add" && typeof old === "object" && old !== null && !Array.isArray(old)
          ? { ...old, more: other }
          : how === "near"
            ? near(old)
            : other;
      const put = (at: unknown, [step, ...rest]: readonly (string | number)[]): unknown => {
        if (step === undefined) return change(at);
        const copy = (Array.isArray(at) ? [...at] : { ...(at as object) }) as Record<
          string | number,
          unknown
        >;
        if (rest.length === 0 && how === "remove" && !Array.isArray(copy)) delete copy[step];
        else copy[step] = put(copy[step], rest);
        return copy;
      };
      return put(value, path);
    });
}
