import { afterEach, describe, expect, test, vi } from "vitest";
import { offeredCodecs } from "../src/assembly/offered-codecs";
import { createNodeClient } from "../src/node/create-node-client";
import { playableCodecs } from "../src/web/playable-codecs";

afterEach(() => vi.unstubAllGlobals());

describe("a browser", () => {
  const decoder = (isConfigSupported: () => Promise<unknown>) => {
    vi.stubGlobal("AudioDecoder", { isConfigSupported });
  };
  test("plays AAC where it has a decoder for it, after Vorbis", async () => {
    decoder(async () => ({ supported: true }));
    expect(await playableCodecs()).toEqual(["vorbis", "aac"]);
  });
  test.each([
    ["none", undefined],
    ["one that refuses AAC", async () => ({ supported: false })],
    ["one that throws", () => Promise.reject(new TypeError("no"))],
  ])("plays Vorbis alone with an audio decoder that is %s", async (_, supported) => {
    if (supported) decoder(supported);
    expect(await playableCodecs()).toEqual(["vorbis"]);
  });
});

describe("the codecs that are asked for", () => {
  test("are all that can be played, or those that the application wants of them, in its order", () => {
    expect(offeredCodecs(["vorbis", "aac"])).toEqual(["vorbis", "aac"]);
    expect(offeredCodecs(["vorbis", "aac"], ["aac", "vorbis", "aac"])).toEqual(["aac", "vorbis"]);
    expect(offeredCodecs(["vorbis"], ["aac", "vorbis"])).toEqual(["vorbis"]);
  });
  test("are never none", () => {
    expect(() => offeredCodecs(["vorbis"], ["aac"])).toThrow(
      expect.objectContaining({ code: "codec_unsupported" }),
    );
    expect(() =>
      createNodeClient({ serverUrl: "http://x.test", output: "null", dataDir: null, codecs: ["aac"] }),
    ).toThrow(expect.objectContaining({ code: "codec_unsupported" }));
  });
});
