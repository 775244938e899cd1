/** Writes v1/protection/*.json with node:crypto alone, so that core is compared with another implementation. */
import { createCipheriv, createECDH, createHash, hkdfSync } from "node:crypto";
import { writeFileSync } from "node:fs";

const hex = (bytes) => Buffer.from(bytes).toString("hex");
const filled = (length, start) => Buffer.from(Array.from({ length }, (_, i) => (start + i) & 255));
const hkdf = (key, salt, info) => Buffer.from(hkdfSync("sha256", key, salt, info, 32));
const sha = (bytes) => createHash("sha256").update(bytes).digest("hex");
const write = (name, rule, spec, requirements, cases) =>
  writeFileSync(
    new URL(`v1/protection/${name}.json`, import.meta.url),
    `${JSON.stringify({ rule, spec, requirements, cases }, null, 2)}\n`,
  );

const renditionId = "rnd_00000000000000000000000001";
const keyId = "key_00000000000000000000000002";
const deviceId = "dev_00000000000000000000000003";
const contentKey = filled(32, 0);
const salt = filled(32, 64);
const noncePrefix = filled(7, 128);

function segments(length) {
  const plain = Buffer.from(Array.from({ length }, (_, i) => (i * 31 + (i >> 8)) & 255));
  const segmentKey = hkdf(contentKey, salt, `segue/media/v1\0${renditionId}`);
  const count = Math.ceil(length / 16_368);
  const sealed = [];
  for (let index = 0; index < count; index++) {
    const nonce = Buffer.concat([noncePrefix, Buffer.alloc(5)]);
    nonce.writeUInt32BE(index, 7);
    nonce[11] = index === count - 1 ? 1 : 0;
    const cipher = createCipheriv("aes-256-gcm", segmentKey, nonce);
    const body = cipher.update(plain.subarray(index * 16_368, (index + 1) * 16_368));
    cipher.final();
    sealed.push(Buffer.concat([body, cipher.getAuthTag()]));
  }
  const object = Buffer.concat(sealed);
  return {
    name: `${length} plaintext bytes`,
    contentKey: hex(contentKey),
    salt: hex(salt),
    noncePrefix: hex(noncePrefix),
    renditionId,
    plaintextPattern: { length },
    segmentKey: hex(segmentKey),
    segmentHashes: sealed.map(sha),
    byteLength: object.length,
    hash: sha(object),
  };
}
write(
  "segments",
  "a media object is sealed segment by segment",
  "docs/spec/playback.md#media-objects",
  ["PLAY-009", "PLAY-010", "PLAY-011", "PLAY-012", "PLAY-013", "PLAY-016"],
  [1, 16_367, 16_368, 16_369, 50_000].map(segments),
);

const device = createECDH("prime256v1");
device.setPrivateKey(filled(32, 1));
const ephemeral = createECDH("prime256v1");
ephemeral.setPrivateKey(filled(32, 33));
const kek = hkdf(
  ephemeral.computeSecret(device.getPublicKey()),
  Buffer.alloc(32),
  `segue/envelope/v1\0${deviceId}\0${keyId}\0${renditionId}`,
);
const wrap = createCipheriv("id-aes256-wrap", kek, Buffer.alloc(8, 0xa6));
write(
  "envelope",
  "a content key is wrapped to a device",
  "docs/spec/license.md#envelopes",
  ["LIC-013", "LIC-014"],
  [
    {
      name: "one device, one rendition",
      devicePrivateKey: hex(device.getPrivateKey()),
      devicePublicKey: hex(device.getPublicKey()),
      ephemeralPrivateKey: hex(ephemeral.getPrivateKey()),
      ephemeralPublicKey: hex(ephemeral.getPublicKey()),
      deviceId,
      keyId,
      renditionId,
      contentKey: hex(contentKey),
      keyEncryptionKey: hex(kek),
      wrappedKey: hex(Buffer.concat([wrap.update(contentKey), wrap.final()])),
    },
  ],
);

const label = (text) => Buffer.from(`${text}\0`);
const payload = filled(20, 7);
const challenge = filled(32, 9);
const point = device.getPublicKey();
const hash = sha("segue");
write(
  "signed-bytes",
  "what a signature covers",
  "docs/spec/license.md",
  ["LIC-006", "LIC-019", "LIC-044", "PLAY-040"],
  [
    {
      name: "validity",
      kind: "validity",
      payload: hex(payload),
      bytes: hex(Buffer.concat([label("segue/validity/v1"), payload])),
    },
    {
      name: "time proof",
      kind: "time-proof",
      payload: hex(payload),
      bytes: hex(Buffer.concat([label("segue/time-proof/v1"), payload])),
    },
    {
      name: "device proof",
      kind: "device-proof",
      challenge: hex(challenge),
      identityKey: hex(point),
      agreementKey: hex(ephemeral.getPublicKey()),
      bytes: hex(Buffer.concat([label("segue/device-proof/v1"), challenge, point, ephemeral.getPublicKey()])),
    },
    {
      name: "media URL",
      kind: "media-url",
      hash,
      exp: 1_800_000_000,
      max: 131_072,
      bytes: hex(Buffer.from(`segue/media-url/v1\0${hash}\0${1_800_000_000}\0${131_072}`)),
    },
  ],
);
