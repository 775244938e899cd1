/** A device as the server sees one: its key pairs and the body with which it registers. */
import { createSign, generateKeyPairSync, type KeyObject } from "node:crypto";
import { type Answer, call } from "./harness";

type Server = { readonly url: string };

/** Key pairs of a device. */
export interface DeviceKeys {
  readonly identity: { readonly privateKey: KeyObject; readonly point: Buffer };
  readonly agreement: Buffer;
}

function pair() {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  const { x, y } = publicKey.export({ format: "jwk" });
  const point = Buffer.concat([Buffer.from([4]), Buffer.from(x!, "base64url"), Buffer.from(y!, "base64url")]);
  return { privateKey, point };
}

/** Fresh keys. */
export const newKeys = (): DeviceKeys => ({ identity: pair(), agreement: pair().point });

/** A challenge for the bearer of `token`. */
export async function challengeOf(server: Server, token: string): Promise<Buffer> {
  const { body } = await call(server, "POST", "/v1/devices/challenges", { token });
  return Buffer.from(body.challenge, "base64");
}

/** The body for `challenge`, with a proof over `signed`. */
export function registration(keys: DeviceKeys, challenge: Buffer, signed = challenge) {
  const message = Buffer.concat([
    Buffer.from("segue/device-proof/v1\0"),
    signed,
    keys.identity.point,
    keys.agreement,
  ]);
  const signer = createSign("sha256").update(message);
  const proof = signer.sign({ key: keys.identity.privateKey, dsaEncoding: "ieee-p1363" });
  return {
    name: "Test",
    type: "web",
    identityKey: keys.identity.point.toString("base64"),
    agreementKey: keys.agreement.toString("base64"),
    challenge: challenge.toString("base64"),
    proof: proof.toString("base64"),
  };
}

/** Registers a device for the bearer of `token`. */
export async function register(server: Server, token: string, keys = newKeys()): Promise<Answer> {
  const json = registration(keys, await challengeOf(server, token));
  return call(server, "POST", "/v1/devices", { token, json });
}
