import type { DeviceId, LicenseState, SignedPayload, Validity } from "@segue/core";
import { buildValidity, numberedId } from "@segue/core/testing";
import {
  signedTimeProofCodec,
  timeProofCodec,
  timeProofRequestCodec,
  validityCodec,
  validityResponseCodec,
} from "@segue/core/wire";
import { describe, expect, test } from "vitest";
import type { Call, Transport } from "../src/api/transport";
import { createLicenseService } from "../src/license/license-service";
import { createServerKeys } from "../src/license/server-keys";
import { memoryIndex } from "../src/memory/memory-stores";
import { manualClock } from "../src/testing/manual-clock";

const DAY_MS = 86_400_000;
const START_MS = 1_700_000_000_000;
const device: DeviceId = numberedId("device", 1);
const pair = (await crypto.subtle.generateKey({ name: "Ed25519" }, true, [
  "sign",
  "verify",
])) as CryptoKeyPair;
const { x } = await crypto.subtle.exportKey("jwk", pair.publicKey);

async function sign(label: string, payload: Uint8Array): Promise<SignedPayload> {
  const bytes = Buffer.concat([Buffer.from(`${label}\0`), payload]);
  const signature = new Uint8Array(await crypto.subtle.sign({ name: "Ed25519" }, pair.privateKey, bytes));
  return { payload, signature, signingKeyId: "k1" };
}

function world(index = memoryIndex()) {
  const clock = manualClock(START_MS);
  let serverMs = START_MS;
  let seq = 0;
  const calls: string[] = [];
  let tamper = (signed: SignedPayload) => signed;
  const validity = (more: Partial<Validity> = {}) =>
    sign(
      "segue/validity/v1",
      validityCodec.toBytes(
        buildValidity(++seq, {
          deviceId: device,
          issuedAtMs: serverMs,
          renewAfterMs: serverMs + DAY_MS,
          notAfterMs: serverMs + 30 * DAY_MS,
          ...more,
        }),
      ),
    );
  const transport: Transport = {
    async call({ path, json }: Call) {
      calls.push(path);
      if (path === "/v1/license/keys") return { keys: [{ kid: "k1", kty: "OKP", crv: "Ed25519", x }] };
      if (path === "/v1/license/validity")
        return validityResponseCodec.toJson({ validity: await validity() });
      const { deviceId, nonce } = timeProofRequestCodec.fromJson(json);
      const proof = await sign(
        "segue/time-proof/v1",
        timeProofCodec.toBytes({ deviceId, nonce, timeMs: serverMs }),
      );
      return signedTimeProofCodec.toJson(tamper(proof));
    },
  };
  const states: LicenseState[] = [];
  const open = (bootId = "boot") =>
    createLicenseService({
      transport,
      keys: createServerKeys(transport),
      index,
      clock,
      bootId,
      onChange: (state) => states.push(state),
    });
  return {
    clock,
    calls,
    states,
    open,
    validity,
    setServer(ms: number) {
      serverMs = ms;
    },
    setTamper(change: typeof tamper) {
      tamper = change;
    },
  };
}

describe("a license", () => {
  test("is valid once a validity was verified, and survives a restart", async () => {
    const { open, validity, calls } = world();
    const first = open();
    await first.open(device);
    expect(first.status()).toBe("none");
    await first.accept(await validity());
    await first.accept(await validity());
    expect([first.status(), calls.filter((path) => path.endsWith("keys")).length]).toEqual(["valid", 1]);
    const again = open("another boot");
    await again.open(device);
    expect([again.status(), again.state.validity?.seq]).toEqual(["valid", 2]);
  });

  test("refuses a forged signature and an unknown key", async () => {
    const { open, validity } = world();
    const license = open();
    await license.open(device);
    const signed = await validity();
    const flipped = signed.payload.map((byte, i) => (i === 3 ? byte ^ 1 : byte));
    await expect(license.accept({ ...signed, payload: flipped })).rejects.toMatchObject({
      code: "validity_invalid",
    });
    await expect(license.accept({ ...signed, signingKeyId: "k2" })).rejects.toMatchObject({
      code: "validity_invalid",
    });
    expect(license.status()).toBe("none");
  });

  test("never goes back to a lower seq or to another device's", async () => {
    const { open, validity } = world();
    const license = open();
    await license.open(device);
    const [older, newer] = [await validity(), await validity()];
    await license.accept(newer);
    await license.accept(older);
    await license.accept(await validity({ deviceId: numberedId("device", 2) }));
    expect(license.state.validity?.seq).toBe(2);
  });

  test("expires by trusted time, and is renewed when it is due", async () => {
    const { open, clock, calls, setServer } = world();
    const license = open();
    await license.open(device);
    await license.renewIfDue();
    await license.renewIfDue();
    expect([license.status(), calls.filter((path) => path.endsWith("validity")).length]).toEqual([
      "valid",
      1,
    ]);
    clock.advance(31 * DAY_MS);
    expect(license.status()).toBe("expired");
    setServer(clock.wallMs());
    await license.renewIfDue();
    expect(license.status()).toBe("valid");
  });

  test("is held when the clock was set back, until the server proves the time", async () => {
    const shared = world();
    const first = shared.open();
    await first.open(device);
    await first.accept(await shared.validity());
    shared.clock.setWall(START_MS - DAY_MS);
    const license = shared.open("next boot");
    await license.open(device);
    expect(license.status()).toBe("tamper_hold");
    shared.setTamper((proof) => ({ ...proof, signature: proof.signature.map((byte) => byte ^ 1) }));
    await expect(license.renewIfDue()).rejects.toMatchObject({ code: "validity_invalid" });
    expect(license.status()).toBe("tamper_hold");
    shared.setTamper((proof) => proof);
    await license.renewIfDue();
    expect(license.status()).toBe("valid");
    expect(license.clockOffsetMs()).toBe(DAY_MS);
  });

  test("starts anew when what was stored is not a license", async () => {
    const index = memoryIndex();
    await index.put("license", { deviceId: "dev_x", validity: 7 });
    const license = world(index).open();
    await license.open(device);
    expect(license.status()).toBe("none");
  });
});
