/** Breaks of devices, validities and time proofs. */
import { generateKeyPairSync, sign } from "node:crypto";
import { timeProofCodec, validityCodec } from "@segue/core/wire";
import { jsonOf, type MutableAnswer, type MutableRequest, type Mutant, setJson, type Tamper } from "./mutant";

type Validity = ReturnType<typeof validityCodec.fromBytes>;
interface Signed {
  payload: string;
  signature: string;
  signingKeyId: string;
}

/** Changes what is signed and signs it anew, with a key that the server then lists. */
function resign(
  change: (label: string, payload: Buffer) => Buffer,
  labelOf = (label: string) => `${label}\0`,
): Tamper {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const kid = "mutant-1";
  const x = publicKey.export({ format: "jwk" }).x;
  const again = (label: string, signed: Signed) => {
    const payload = change(label, Buffer.from(signed.payload, "base64"));
    const signature = sign(null, Buffer.concat([Buffer.from(labelOf(label)), payload]), privateKey);
    Object.assign(signed, {
      payload: payload.toString("base64"),
      signature: signature.toString("base64"),
      signingKeyId: kid,
    });
  };
  return {
    after: ({ url }, answer) => {
      const json = jsonOf(answer);
      if (answer.status !== 200 || json === null) return;
      if (url.pathname === "/v1/license/keys")
        json.keys.push({ kty: "OKP", crv: "Ed25519", alg: "EdDSA", use: "sig", kid, x });
      else if (url.pathname === "/v1/license/time-proofs") again("segue/time-proof/v1", json);
      else if (json.validity?.payload) again("segue/validity/v1", json.validity);
      else return;
      setJson(answer, json);
    },
  };
}

const changeValidity = (change: (validity: Validity) => Validity) => () =>
  resign((label, payload) =>
    label === "segue/validity/v1"
      ? Buffer.from(validityCodec.toBytes(change(validityCodec.fromBytes(payload))))
      : payload,
  );
const DAY_MS = 86_400_000;
const isDevices = ({ method, url }: MutableRequest) => method === "POST" && url.pathname === "/v1/devices";

export const LICENSE_MUTANTS: readonly Mutant[] = [
  {
    id: "validity-31-days",
    title: "a validity for offline play lasts 31 days",
    requirement: "LIC-025",
    checks: ["license/validity"],
    tamper: changeValidity((validity) =>
      validity.offlineAllowed ? { ...validity, notAfterMs: validity.notAfterMs + DAY_MS } : validity,
    ),
  },
  {
    id: "seq-stands-still",
    title: "every validity of a device has the same seq",
    requirement: "LIC-022",
    checks: ["license/validity"],
    tamper: () => {
      let made = 0;
      // Another moment of renewal each time, so that no two are the same.
      return changeValidity((validity) => ({
        ...validity,
        seq: 7,
        renewAfterMs: validity.renewAfterMs + ++made,
      }))();
    },
  },
  {
    id: "offline-for-free",
    title: "the free plan may keep envelopes for offline play",
    requirement: "LIC-027",
    checks: ["license/validity"],
    tamper: changeValidity((validity) => ({
      ...validity,
      offlineAllowed: true,
      notAfterMs: validity.issuedAtMs + 30 * DAY_MS,
    })),
  },
  {
    id: "signature-without-label",
    title: "a validity is signed without its label",
    requirement: "LIC-019",
    checks: ["license/validity"],
    tamper: () =>
      resign(
        (_label, payload) => payload,
        (label) => (label.includes("validity") ? "" : `${label}\0`),
      ),
  },
  {
    id: "proof-of-another-nonce",
    title: "a time proof does not carry the nonce that was asked with",
    requirement: "LIC-044",
    checks: ["license/validity"],
    tamper: () =>
      resign((label, payload) =>
        label === "segue/time-proof/v1"
          ? Buffer.from(
              timeProofCodec.toBytes({ ...timeProofCodec.fromBytes(payload), nonce: new Uint8Array(16) }),
            )
          : payload,
      ),
  },
  {
    id: "envelope-for-nobody",
    title: "the content key is wrapped to another device's key",
    requirement: "LIC-013",
    checks: ["playback/grants"],
    tamper: () => ({
      after: ({ url }, answer) => {
        const json = url.pathname === "/v1/playback/grants" ? jsonOf(answer) : null;
        for (const { grant } of json?.results ?? [])
          if (grant) grant.keyEnvelope.wrappedKey = Buffer.alloc(40, 1).toString("base64");
        if (json) setJson(answer, json);
      },
    }),
  },
  {
    id: "challenge-serves-again",
    title: "a challenge registers a device twice",
    requirement: "LIC-004",
    checks: ["license/devices"],
    tamper: () => {
      const made = new Map<string, MutableAnswer>();
      return {
        after: (request, answer) => {
          if (!isDevices(request)) return;
          const { challenge } = jsonOf(request) ?? {};
          if (answer.status === 201) made.set(challenge, { ...answer });
          const before = made.get(challenge);
          if (jsonOf(answer)?.code === "challenge_expired" && before) Object.assign(answer, before);
        },
      };
    },
  },
  {
    id: "proof-unchecked",
    title: "a device is registered with a proof by another key",
    requirement: "LIC-007",
    checks: ["license/devices"],
    tamper: () => ({
      after: (request, answer) => {
        if (!isDevices(request) || jsonOf(answer)?.code !== "device_proof_invalid") return;
        const device = {
          id: `dev_${"0".repeat(26)}`,
          name: "x",
          type: "desktop",
          registeredAt: 1,
          lastSeenAt: 1,
          current: true,
        };
        Object.assign(answer, {
          status: 201,
          headers: { ...answer.headers, "content-type": "application/json" },
        });
        setJson(answer, device);
      },
    }),
  },
  {
    id: "removed-device-plays-on",
    title: "a removed device is still given grants",
    requirement: "LIC-011",
    checks: ["license/devices"],
    tamper: () => {
      let kept: MutableAnswer | null = null;
      return {
        after: (request, answer) => {
          if (request.url.pathname !== "/v1/playback/grants") return;
          if (answer.status === 200) kept = { ...answer };
          else if (jsonOf(answer)?.code === "device_unknown")
            Object.assign(
              answer,
              kept ?? {
                status: 200,
                headers: { ...answer.headers, "content-type": "application/json" },
                body: Buffer.from("{}"),
              },
            );
        },
      };
    },
  },
];
