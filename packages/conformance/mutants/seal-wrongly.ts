/** A catalog whose audio was sealed by another rule than the specification's. */
import { createCipheriv, createHash, hkdfSync } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { StoreChange, StoredPlayable } from "@segue/server-reference";
import { openMedia, PIECE_BYTES } from "../src/models/protection";

/** How the server derives a rendition's content key from its secret. */
const CONTENT_KEY_LABEL = "segue/server/content-key/v1";

type Rendition = StoredPlayable["renditions"][number];

/** What is done otherwise. */
export interface WrongSeal {
  /** Last byte of the last segment's nonce. */
  readonly lastFlag?: number;
  /** Info of the segment key in place of the rule's. */
  readonly info?: string;
}

function seal(plaintext: Buffer, key: Buffer, prefix: Uint8Array, lastFlag: number): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0, index = 0; at < plaintext.length; at += PIECE_BYTES, index++) {
    const nonce = Buffer.alloc(12);
    nonce.set(prefix);
    nonce.writeUInt32BE(index, 7);
    if (at + PIECE_BYTES >= plaintext.length) nonce[11] = lastFlag;
    const cipher = createCipheriv("aes-256-gcm", key, nonce);
    parts.push(cipher.update(plaintext.subarray(at, at + PIECE_BYTES)), cipher.final(), cipher.getAuthTag());
  }
  return Buffer.concat(parts);
}

/** Stores whose media objects are sealed anew when they are first granted. */
export function sealWrongly({ lastFlag = 1, info }: WrongSeal): StoreChange {
  return ({ playable }, { config, secrets }) => {
    const pathOf = (hash: string) => join(config.dataDir, "media", hash.slice(0, 2), hash);
    const hashes = new Map<string, string>();

    function sealAnew({ id, hash, plaintextHash, salt, noncePrefix }: Rendition): string {
      const digest = Buffer.from(plaintextHash, "hex");
      const contentKey = Buffer.from(hkdfSync("sha256", secrets.content, digest, CONTENT_KEY_LABEL, 32));
      const keys = { contentKey, salt, noncePrefix, renditionId: id };
      const opened = openMedia(readFileSync(pathOf(hash)), keys);
      if (!("plaintext" in opened)) throw new Error(`${id} was not sealed by the rule`);
      const label = info ?? `segue/media/v1\0${id}`;
      const key = Buffer.from(hkdfSync("sha256", contentKey, salt, label, 32));
      const object = seal(opened.plaintext, key, noncePrefix, lastFlag);
      const address = createHash("sha256").update(object).digest("hex");
      mkdirSync(dirname(pathOf(address)), { recursive: true });
      writeFileSync(pathOf(address), object);
      return address;
    }
    const spoil = (rendition: Rendition): Rendition => {
      const hash = hashes.get(rendition.id) ?? sealAnew(rendition);
      hashes.set(rendition.id, hash);
      return { ...rendition, hash };
    };
    return {
      playable: {
        tracks: async (ids) => {
          const found = await playable.tracks(ids);
          return found.map((track) => ({ ...track, renditions: track.renditions.map(spoil) }));
        },
      },
    };
  };
}
