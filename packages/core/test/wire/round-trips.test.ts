import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SegueError } from "../../src/errors/segue-error";
import { idFromBytes } from "../../src/ids";
import { grantRequestCodec } from "../../src/wire/index";
import { MESSAGES } from "./messages";

const ID = new Uint8Array(16).fill(7);
const request = {
  deviceId: idFromBytes("device", ID),
  items: [{ trackId: idFromBytes("track", ID) }],
  codecs: ["vorbis" as const],
};

function codeOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (SegueError.is(error)) return error.code;
    throw error;
  }
  return "accepted";
}

describe.each(Object.entries(MESSAGES))("%s", (_name, { codec, values }) => {
  it("survives binary and JSON, and both say the same", () => {
    fc.assert(
      fc.property(values, (value) => {
        const text = JSON.stringify(codec.toJson(value));
        expect(codec.fromBytes(codec.toBytes(value))).toEqual(value);
        expect(codec.fromJson(JSON.parse(text))).toEqual(value);
        expect(JSON.stringify(codec.toJson(codec.fromBytes(codec.toBytes(value))))).toBe(text);
      }),
      { numRuns: 60 },
    );
  });

  it("meets mutated, cut and extended bytes with a SegueError or a value", () => {
    const flips = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(values, flips, fc.nat(), fc.uint8Array({ maxLength: 20 }), (value, edits, cut, tail) => {
        const bytes = codec.toBytes(value);
        for (const [at, byte] of edits) if (bytes.length > 0) bytes[at % bytes.length] = byte;
        codeOf(() => codec.fromBytes(bytes));
        codeOf(() => codec.fromBytes(bytes.subarray(0, cut % (bytes.length + 1))));
        codeOf(() => codec.fromBytes(Uint8Array.from([...bytes, ...tail])));
        codeOf(() => codec.fromBytes(tail));
      }),
      { numRuns: 150 },
    );
  });

  it("meets any JSON with a SegueError or a value", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (json) => {
        codeOf(() => codec.fromJson(json));
      }),
      { numRuns: 100 },
    );
  });
});

describe("a grant request", () => {
  const json = grantRequestCodec.toJson(request) as Record<string, unknown>;

  it.each([
    ["no items", { items: [] }, "/items"],
    [
      "51 items",
      { items: Array.from({ length: 51 }, (_, i) => ({ trackId: idFromBytes("track", ID.with(0, i)) })) },
      "/items",
    ],
    ["the same track twice", { items: [...(json.items as []), ...(json.items as [])] }, "/items"],
    ["an album id for a track id", { items: [{ trackId: idFromBytes("album", ID) }] }, "/items/0/trackId"],
    ["a foreign device id", { deviceId: "phone" }, "/deviceId"],
    ["no codec", { codecs: [] }, "/codecs"],
    ["an unspecified codec", { codecs: ["CODEC_UNSPECIFIED"] }, "/codecs/0"],
  ])("with %s is an invalid request that names the field", (_case, change, pointer) => {
    const act = () => grantRequestCodec.fromJson({ ...json, ...change });
    expect(codeOf(act)).toBe("invalid_request");
    expect(act).toThrow(expect.objectContaining({ errors: [expect.objectContaining({ pointer })] }));
  });

  it.each([
    ["null", null],
    ["a list", []],
    ["an unknown field", { ...json, volume: 3 }],
    ["an unknown codec name", { ...json, codecs: ["CODEC_MP3"] }],
    ["a number for an id", { ...json, deviceId: 5 }],
  ])("that is %s is a malformed body", (_case, value) => {
    expect(codeOf(() => grantRequestCodec.fromJson(value))).toBe("malformed_body");
  });

  it("may not be enormous, nor nest groups without end", () => {
    expect(codeOf(() => grantRequestCodec.fromBytes(new Uint8Array(70_000)))).toBe("body_too_large");
    expect(codeOf(() => grantRequestCodec.fromBytes(new Uint8Array(65_000).fill(0x3b)))).toBe(
      "malformed_body",
    );
  });
});
