/** Where a device's two key pairs live. Implementations: IndexedDB (web), a file (Node), memory. */

export interface DeviceKeyPair {
  readonly privateKey: CryptoKey;
  /** Uncompressed P-256 point, 65 bytes. */
  readonly publicKey: Uint8Array;
}

export interface DeviceKeys {
  /** ECDSA P-256: proves who the device is. */
  readonly identity: DeviceKeyPair;
  /** ECDH P-256: opens key envelopes. */
  readonly agreement: DeviceKeyPair;
}

export interface KeyStore {
  /** The stored keys; made and stored first when there are none. Concurrent callers get the same keys. */
  loadOrCreate(): Promise<DeviceKeys>;
  /** Forgets the keys; the next call makes another device. */
  clear(): Promise<void>;
}
