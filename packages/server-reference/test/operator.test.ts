/** What an operator does beside a running server: rotate license keys, revoke devices and content keys. */
import { createPublicKey, verify } from "node:crypto";
import { validityCodec } from "@segue/core/wire";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CommandError } from "../src/cli/command";
import { keys } from "../src/cli/keys";
import { revoke } from "../src/cli/revoke";
import { KEY_KEPT_MS, KEY_LEAD_MS } from "../src/modules/license/key-schedule";
import { newKeys, register } from "./device-keys";
import { call, startTestServer, type TestServer } from "./harness";
import { signIn } from "./sign-in";
import { addTrack } from "./support/fixture";

/** A process beside the server is noticed after this long. */
const NOTICED_MS = 1000;

let server: TestServer;
let printed: string[];
beforeEach(async () => {
  server = await startTestServer();
  printed = [];
});
afterEach(() => server.stop());

const print = (line: string) => {
  printed.push(line);
};
const rotate = async (...args: string[]) => {
  await keys(server.context.config, ["rotate", ...args], print);
  server.advance(NOTICED_MS);
};
const command = async (...[name, ...args]: ["revoke" | "allow", ...string[]]) => {
  await revoke(server.context.config, name, args, print);
  server.advance(NOTICED_MS);
};

interface Listed {
  readonly kid: string;
  readonly kty: string;
  readonly crv: string;
  readonly x: string;
}
const listed = async (): Promise<Listed[]> => (await call(server, "GET", "/v1/license/keys")).body.keys;

async function validityOf(deviceId: string) {
  const token = (await signIn(server)).access_token;
  const { body } = await call(server, "POST", "/v1/license/validity", { token, json: { deviceId } });
  if (!body.validity) throw new Error(body.code);
  const payload = Buffer.from(body.validity.payload, "base64");
  const signature = Buffer.from(body.validity.signature, "base64");
  const { signingKeyId } = body.validity as { signingKeyId: string };
  return { payload, signature, signingKeyId, ...validityCodec.fromBytes(payload) };
}
async function verifies({ payload, signature, signingKeyId }: Awaited<ReturnType<typeof validityOf>>) {
  const found = (await listed()).find((key) => key.kid === signingKeyId);
  if (!found) return false;
  const { kty, crv, x } = found;
  const signed = Buffer.concat([Buffer.from("segue/validity/v1\0"), payload]);
  return verify(null, signed, createPublicKey({ key: { kty, crv, x }, format: "jwk" }), signature);
}
async function newDevice() {
  const device = newKeys();
  const token = (await signIn(server)).access_token;
  return { keys: device, token, id: (await register(server, token, device)).body.id as string };
}

describe("rotating the license keys", () => {
  it("lists the new key, then signs with it, and keeps the old one while its validities may hold", async () => {
    const { id } = await newDevice();
    const before = await validityOf(id);
    const [old] = await listed();
    await rotate();
    const [signing, coming] = await listed();
    expect(signing).toEqual(old);
    expect(printed[0]).toContain(coming!.kid);
    expect((await validityOf(id)).signingKeyId).toBe(old!.kid);

    server.advance(KEY_LEAD_MS);
    const after = await validityOf(id);
    expect(after.signingKeyId).toBe(coming!.kid);
    expect(after.seq).toBeGreaterThan(before.seq);
    expect([await verifies(before), await verifies(after)]).toEqual([true, true]);

    server.advance(KEY_KEPT_MS);
    expect((await listed()).map((key) => key.kid)).toEqual([coming!.kid]);
  });

  it("drops keys that are known to others at once", async () => {
    const { id } = await newDevice();
    const before = await validityOf(id);
    await rotate("--compromised");
    const after = await validityOf(id);
    expect(await listed()).toHaveLength(1);
    expect([await verifies(before), await verifies(after)]).toEqual([false, true]);
  });

  it("outlives a restart", async () => {
    await rotate("--compromised");
    const keysBefore = await listed();
    await server.close();
    server = await startTestServer({ SEGUE_DATA_DIR: server.dataDir });
    expect(await listed()).toEqual(keysBefore);
  });
});

describe("revoking", () => {
  it("a device ends its grants and licenses for good, until it is allowed again", async () => {
    const device = await newDevice();
    const other = await newDevice();
    await validityOf(device.id);
    await command("revoke", device.id, "--reason", "stolen");
    const { token } = device;
    await expect(validityOf(device.id)).rejects.toThrow("device_unknown");
    const grant = {
      deviceId: device.id,
      items: [{ trackId: (await addTrack(server.context, [])).id }],
      codecs: ["CODEC_VORBIS"],
    };
    expect((await call(server, "POST", "/v1/playback/grants", { token, json: grant })).body.code).toBe(
      "device_unknown",
    );
    const again = await register(server, token, device.keys);
    expect([again.status, again.body.code]).toEqual([403, "forbidden"]);
    await validityOf(other.id);
    await command("allow", device.id);
    expect((await register(server, token, device.keys)).body.id).toBe(device.id);
    await validityOf(device.id);
  });

  it("a track's keys puts them into the next validity, and takes them out again", async () => {
    const { id } = await newDevice();
    const first = await validityOf(id);
    expect(first.revokedKeyIds).toEqual([]);
    const track = await addTrack(server.context, [
      { codec: "vorbis", tier: 96, byteLength: 100 },
      { codec: "vorbis", tier: 160, byteLength: 100 },
    ]);
    await command("revoke", track.id);
    const second = await validityOf(id);
    expect(second.revokedKeyIds).toHaveLength(2);
    expect(second.seq).toBeGreaterThan(first.seq);
    const [kept] = second.revokedKeyIds;
    await command("allow", kept!);
    expect((await validityOf(id)).revokedKeyIds).toEqual(second.revokedKeyIds.slice(1));
    printed = [];
    await command("revoke", second.revokedKeyIds[1]!);
    expect(printed[0]).toMatch(/was revoked before/);
  });

  it("says what it does not understand", async () => {
    await expect(command("revoke", "nonsense")).rejects.toThrow(CommandError);
    await expect(command("revoke")).rejects.toThrow(/takes one id/);
    await expect(keys(server.context.config, ["roll"], print)).rejects.toThrow(CommandError);
    const nowhere = { ...server.context.config, dataDir: `${server.dataDir}/none` };
    await expect(revoke(nowhere, "revoke", ["dev_0"], print)).rejects.toThrow(/no database/);
  });
});
