import type { Codec, RenditionSecrets } from "@segue/core";
import type { NamedEncoding } from "../encode/encodings";
import { sealSegments } from "./seal-segments";

/** What was stored. */
export interface StoredObject {
  /** Lower-case hex SHA-256 of the content. */
  readonly hash: string;
  readonly byteLength: number;
}

/** Where media objects go. */
export interface MediaSink {
  /**
   * Stores an object that comes in pieces: the whole of it or nothing.
   * @param options `durable`: it must survive a power cut once the promise resolves
   */
  putStream(pieces: AsyncIterable<Uint8Array>, options: { readonly durable: boolean }): Promise<StoredObject>;
}

/** What a rendition is sealed with. */
export interface SealOptions {
  readonly store: MediaSink;
  /** What protects the rendition whose plaintext has that SHA-256. */
  readonly secretsOf: (plaintextDigest: Uint8Array) => RenditionSecrets;
  /** Whether the object must survive a power cut. */
  readonly durable: boolean;
}

/** An encrypted rendition that lies in the store. */
export interface ProducedRendition {
  readonly id: string;
  readonly codec: Codec;
  readonly tier: number;
  readonly sampleRate: number;
  readonly channels: 1 | 2;
  readonly trimStart: number;
  readonly trimEnd: number;
  readonly totalFrames: number;
  readonly mediaHash: string;
  readonly byteLength: number;
  readonly keyId: string;
  readonly salt: Uint8Array;
  readonly noncePrefix: Uint8Array;
  readonly plaintextHash: string;
  readonly encoder: string;
}

/** Encrypts and stores an encoding, and removes it from where it waited. */
export async function sealRendition(
  encoding: NamedEncoding,
  { store, secretsOf, durable }: SealOptions,
): Promise<ProducedRendition> {
  const { bytes } = encoding;
  const secrets = secretsOf(bytes.digest);
  try {
    const { hash, byteLength } = await store.putStream(sealSegments(secrets, bytes), { durable });
    return {
      id: secrets.renditionId,
      codec: encoding.codec,
      tier: encoding.tier,
      sampleRate: encoding.sampleRateHz,
      channels: encoding.channels,
      trimStart: encoding.trimStartFrames,
      trimEnd: encoding.trimEndFrames,
      totalFrames: encoding.totalFrames,
      mediaHash: hash,
      byteLength,
      keyId: secrets.keyId,
      salt: secrets.salt,
      noncePrefix: secrets.noncePrefix,
      plaintextHash: bytes.digest.toString("hex"),
      encoder: encoding.encoder,
    };
  } finally {
    await bytes.discard();
  }
}
