import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as z from "zod/mini";
import { ERROR_TABLE } from "../../src/errors/error-table";
import * as wire from "../../src/wire/index";
import {
  changedInOnePlace,
  followed,
  type JsonSchema,
  landmarksOf,
  type Schemas,
  shapeOf,
  valuesOf,
  withoutNull,
} from "./json-schema";

/**
 * Where readers differ from the document on purpose. Everywhere: unknown fields are dropped unless the document closes
 * the object; what may be null may also be absent, and is null then; integers are safe ones; a length counts UTF-16 units.
 */
const DELIBERATE: Readonly<Record<string, "may be absent" | "false when absent" | "new values">> = {
  // Servers from before other OpenID providers name neither.
  "Capabilities.clients": "may be absent",
  "Capabilities.issuer": "may be absent",
  // The client compares ids by itself.
  "Device.current": "false when absent",
  // A newer server may know more kinds.
  "Device.type": "new values",
  "Problem.code": "new values",
  // Keys of other kinds are passed over, not a reason to refuse the ones that are understood.
  "LicenseKey.alg": "new values",
  "LicenseKey.crv": "new values",
  "LicenseKey.kty": "new values",
  "LicenseKey.use": "new values",
  "LicenseKey.x": "new values",
};
const NEW_VALUE: JsonSchema = { type: "string", maxLength: 2000 };

const read = (path: string) => readFileSync(new URL(path, import.meta.url), "utf8");
const document = JSON.parse(read("../../src/gen/openapi.json"));
const written: Schemas = document.components.schemas;

/** `schema` with what holds everywhere. */
function asRead(given: JsonSchema): JsonSchema {
  const schema: Record<string, unknown> = { ...given };
  if ([schema.type].flat().includes("integer")) {
    schema.minimum ??= Number.MIN_SAFE_INTEGER;
    schema.maximum ??= Number.MAX_SAFE_INTEGER;
  }
  if (given.oneOf) schema.oneOf = given.oneOf.map(asRead);
  if (given.items) schema.items = asRead(given.items);
  if (given.properties) {
    const properties = Object.entries(given.properties).map(([name, one]) => {
      const nullable = withoutNull(followed(one, written))[1];
      return [name, { ...asRead(one), ...(nullable && { default: null }) }] as const;
    });
    schema.properties = Object.fromEntries(properties);
    const absent = properties.filter(([, one]) => one.default !== undefined).map(([name]) => name);
    schema.required = given.required?.filter((name) => !absent.includes(name)) ?? [];
  }
  return schema;
}

/** The document's schemas as readers take them. */
const schemas = Object.fromEntries(Object.entries(written).map(([name, schema]) => [name, asRead(schema)]));
for (const [at, difference] of Object.entries(DELIBERATE)) {
  const [name, property] = at.split(".") as [string, string];
  const { properties, required } = schemas[name] as {
    properties: Record<string, JsonSchema>;
    required: string[];
  };
  if (difference === "new values") properties[property] = NEW_VALUE;
  else required.splice(required.indexOf(property), 1);
  if (difference === "false when absent") properties[property] = { ...properties[property], default: false };
}

const readers = new Map(
  Object.entries(wire).flatMap(([name, value]) =>
    name.endsWith("Schema")
      ? [[name[0]!.toUpperCase() + name.slice(1, -"Schema".length), value as z.ZodMiniType] as const]
      : [],
  ),
);
const ajv = new Ajv2020({ strict: false });
ajv.addSchema({ components: { schemas } }, "read");
const landmarks = landmarksOf(written);
const allows = (name: string) => ajv.getSchema(`read#/components/schemas/${name}`)!;

/** `value` without what is null. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value).filter(([, one]) => one !== null);
  return Object.fromEntries(kept.map(([name, one]) => [name, withoutNulls(one)]));
}

describe.each([...readers])("the reader of %s", (name, reader) => {
  const values = valuesOf(schemas[name]!, schemas);

  it("has the properties, bounds and values of the document", () => {
    expect(shapeOf(z.toJSONSchema(reader, { io: "input" }) as JsonSchema, {})).toEqual(
      shapeOf(schemas[name]!, schemas),
    );
  });

  it("takes what the document allows, and drops what it does not name", () => {
    fc.assert(
      fc.property(values, (value) => {
        expect(allows(name)(value), JSON.stringify(allows(name).errors)).toBe(true);
        const taken = reader.parse(value);
        if (typeof value !== "object") return;
        expect(taken).toMatchObject(value as object);
        expect(reader.parse(withoutNulls(value))).toEqual(taken);
        if (schemas[name]!.type === "object" && schemas[name]!.additionalProperties !== false)
          expect(reader.parse({ ...value, more: 1 })).toEqual(taken);
      }),
      { numRuns: 50 },
    );
  });

  it("takes and refuses what the document does when one place differs", () => {
    let refused = 0;
    fc.assert(
      fc.property(
        values.chain((value) => changedInOnePlace(value, landmarks)),
        (value) => {
          const allowed = allows(name)(value);
          if (!allowed) refused++;
          expect(reader.safeParse(value).success).toBe(allowed);
        },
      ),
      { numRuns: 300 },
    );
    expect(refused).toBeGreaterThan(10);
  });
});

it("reads every body that is no protobuf message", () => {
  const messages = new Set(
    [...read("../../../../openapi/schemas/generated.yaml").matchAll(/^(\w+):/gm)].map((m) => m[1]),
  );
  const refs = (value: unknown) =>
    [...JSON.stringify(value).matchAll(/"#\/components\/(schemas|responses)\/(\w+)"/g)].map(
      (m) => [m[1]!, m[2]!] as const,
    );
  const met = new Set<string>();
  const bodies = Object.values(document.paths as Record<string, Record<string, Record<string, unknown>>>)
    .flatMap((path) => Object.values(path))
    .map(({ requestBody, responses }) => ({ requestBody, responses }));
  const visit = (value: unknown): void => {
    for (const [kind, name] of refs(value)) {
      const key = `${kind}/${name}`;
      if (met.has(key) || messages.has(name)) continue;
      met.add(key);
      visit(document.components[kind][name]);
    }
  };
  visit(bodies);
  // A batch is read event by event (incoming-batch.ts).
  met.delete("schemas/EventBatch");
  const objects = [...met]
    .filter((key) => key.startsWith("schemas/"))
    .map((key) => key.slice("schemas/".length))
    .filter((name) => written[name]!.type === "object" || written[name]!.oneOf);
  expect([...readers.keys()]).toEqual(expect.arrayContaining(objects));
});

it("has the codes of the error table in the document", () => {
  const codes = Object.entries(ERROR_TABLE).flatMap(([code, { scope }]) => (scope === "wire" ? [code] : []));
  expect([...(written.ErrorCode!.enum as string[])].sort()).toEqual(codes.sort());
});
