/** A catalog whose audio was sealed by another rule than the specification's. */
import { createCipheriv, createHash, hkdfSync } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { openMedia, PIECE_BYTES } from "../src/models/protection";
import { editReferenceData } from "../src/subjects/reference";

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

/** Seals every media object of the data directory anew. */
export async function sealWrongly(folder: string, { lastFlag = 1, info }: WrongSeal): Promise<void> {
  await editReferenceData(folder, async ({ db, secrets }) => {
    const pathOf = (hash: string) => join(folder, "media", hash.slice(0, 2), hash);
    for (const row of await db.selectFrom("renditions").selectAll().execute()) {
      const digest = Buffer.from(row.plaintext_hash, "hex");
      const contentKey = Buffer.from(
        hkdfSync("sha256", secrets.content, digest, "segue/server/content-key/v1", 32),
      );
      const keys = { contentKey, salt: row.salt, noncePrefix: row.nonce_prefix, renditionId: row.id };
      const opened = openMedia(readFileSync(pathOf(row.media_hash)), keys);
      if (!("plaintext" in opened)) throw new Error(`${row.id} was not sealed by the rule`);
      const label = info ?? `segue/media/v1\0${row.id}`;
      const key = Buffer.from(hkdfSync("sha256", contentKey, row.salt, label, 32));
      const object = seal(opened.plaintext, key, row.nonce_prefix, lastFlag);
      const hash = createHash("sha256").update(object).digest("hex");
      mkdirSync(dirname(pathOf(hash)), { recursive: true });
      writeFileSync(pathOf(hash), object);
      await db.updateTable("renditions").set({ media_hash: hash }).where("id", "=", row.id).execute();
    }
  });
}
