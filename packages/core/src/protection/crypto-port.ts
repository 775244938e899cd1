import type { Bytes } from "../units";

// biome-ignore lint/suspicious/noExplicitAny: runtimes declare these parameters in types that have nothing in common
type Runtime = any;

/**
 * What sealing and wrapping ask of a server's runtime. Synchronous, unlike WebCrypto: a grant wraps an envelope for
 * each of its tracks. Node's `crypto` has all of it. A string stands for its bytes in UTF-8.
 */
export interface SyncCryptoPort {
  /** HMAC-SHA-256: 32 bytes. */
  hmacSha256(key: Uint8Array, data: Uint8Array | string): Uint8Array;
  /** HKDF-SHA-256 (RFC 5869) of `length` bytes. */
  hkdfSha256(secret: Uint8Array, salt: Uint8Array, info: string, length: Bytes): Uint8Array;
  /** AES-256 key wrap with the default initial value (RFC 3394): 8 bytes longer than `key`. */
  wrapKey(keyEncryptionKey: Uint8Array, key: Uint8Array): Uint8Array;
}

/** The part of WebCrypto that core uses. A browser's `crypto` and Node's `webcrypto` both satisfy it. */
export interface CryptoPort {
  readonly subtle: SubtlePort;
}

/** Usages that keys here have. */
export type KeyUsageName =
  | "encrypt"
  | "decrypt"
  | "sign"
  | "verify"
  | "deriveKey"
  | "deriveBits"
  | "wrapKey"
  | "unwrapKey";

/** A WebCrypto key; structurally the runtime's CryptoKey, so that one passes for the other. */
export interface KeyPort {
  readonly algorithm: { name: string };
  readonly extractable: boolean;
  readonly type: "private" | "public" | "secret";
  readonly usages: KeyUsageName[];
}

/** Methods of SubtleCrypto, with the meaning that the Web Cryptography API gives them. */
export interface SubtlePort {
  decrypt(algorithm: Runtime, key: Runtime, data: Runtime): Promise<ArrayBuffer>;
  encrypt(algorithm: Runtime, key: Runtime, data: Runtime): Promise<ArrayBuffer>;
  importKey(
    format: Runtime,
    data: Runtime,
    algorithm: Runtime,
    extractable: boolean,
    usages: Runtime,
  ): Promise<Runtime>;
  deriveBits(algorithm: Runtime, key: Runtime, length: number): Promise<ArrayBuffer>;
  deriveKey(
    algorithm: Runtime,
    key: Runtime,
    derived: Runtime,
    extractable: boolean,
    usages: Runtime,
  ): Promise<Runtime>;
  unwrapKey(
    format: Runtime,
    wrapped: Runtime,
    key: Runtime,
    wrapping: Runtime,
    unwrapped: Runtime,
    extractable: boolean,
    usages: Runtime,
  ): Promise<Runtime>;
  wrapKey(format: Runtime, key: Runtime, wrappingKey: Runtime, algorithm: Runtime): Promise<ArrayBuffer>;
  verify(algorithm: Runtime, key: Runtime, signature: Runtime, data: Runtime): Promise<boolean>;
  sign(algorithm: Runtime, key: Runtime, data: Runtime): Promise<ArrayBuffer>;
  digest(algorithm: Runtime, data: Runtime): Promise<ArrayBuffer>;
}
