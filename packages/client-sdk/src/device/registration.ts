import {
  type DeviceId,
  type DeviceRegistration,
  type DeviceType,
  deviceIdOf,
  SegueError,
  signDeviceProof,
} from "@segue/core";
import { deviceChallengeSchema } from "@segue/core/wire";
import { parseAs } from "../api/parse-as";
import type { Transport } from "../api/transport";
import type { IndexStore } from "../ports/index-store";
import type { DeviceKeys, KeyStore } from "../ports/key-store";
import { fromBase64, toBase64 } from "./base64";

/** A device that its server knows, and its keys. */
export interface RegisteredDevice {
  readonly id: DeviceId;
  readonly keys: DeviceKeys;
}

/** The device that this program is. */
export interface DeviceIdentity {
  /** The device's id and keys; registered for `userId` first when it is not known to be. */
  registered(userId: string): Promise<RegisteredDevice>;
  /** The server no longer knows the device: the next `registered` registers again. */
  forgotten(userId: string): Promise<void>;
  /** The id, from keys that are made when there are none yet. */
  identify(): Promise<DeviceId>;
  /** The id once it is known. */
  readonly id: DeviceId | null;
}

export interface DeviceIdentityOptions {
  readonly transport: Transport;
  readonly keys: KeyStore;
  readonly index: IndexStore;
  readonly name: string;
  readonly type: DeviceType;
}

export function createDeviceIdentity(options: DeviceIdentityOptions): DeviceIdentity {
  const { transport, keys, index, name, type } = options;
  let id: DeviceId | null = null;
  let pending: { userId: string; device: Promise<RegisteredDevice> } | null = null;

  async function ensure(userId: string): Promise<RegisteredDevice> {
    const held = await keys.loadOrCreate();
    const device = { id: await deviceIdOf(crypto, held.identity.publicKey), keys: held };
    id = device.id;
    if ((await index.get(marker(userId))) === device.id) return device;
    await register(device);
    await index.put(marker(userId), device.id);
    return device;
  }

  async function register({ keys }: RegisteredDevice, again = true): Promise<void> {
    const challenge = await challengeBytes(transport);
    const proof = await signDeviceProof(crypto, keys.identity.privateKey, challenge, {
      identityKey: keys.identity.publicKey,
      agreementKey: keys.agreement.publicKey,
    });
    try {
      await transport.call({
        method: "POST",
        path: "/v1/devices",
        // The same device again is the same device: nothing is lost by a repetition.
        idempotent: true,
        json: {
          name,
          type,
          identityKey: toBase64(keys.identity.publicKey),
          agreementKey: toBase64(keys.agreement.publicKey),
          challenge: toBase64(challenge),
          proof: toBase64(proof),
        } satisfies DeviceRegistration,
      });
    } catch (error) {
      if (again && SegueError.is(error) && error.code === "challenge_expired")
        return register({ keys, id: id! }, false);
      throw error;
    }
  }

  return {
    async identify() {
      id ??= await deviceIdOf(crypto, (await keys.loadOrCreate()).identity.publicKey);
      return id;
    },
    get id() {
      return id;
    },
    registered(userId) {
      if (pending?.userId === userId) return pending.device;
      const device = ensure(userId);
      pending = { userId, device };
      device.catch(() => {
        if (pending?.device === device) pending = null;
      });
      return device;
    },
    async forgotten(userId) {
      pending = null;
      await index.delete(marker(userId));
    },
  };
}

function marker(userId: string): string {
  return `registered-${userId}`;
}

async function challengeBytes(transport: Transport): Promise<Uint8Array> {
  const path = "/v1/devices/challenges";
  const answer = await transport.call({ method: "POST", path, idempotent: true });
  const { challenge } = parseAs(deviceChallengeSchema, answer, path);
  const bytes = fromBase64(challenge);
  if (bytes?.length !== 32) throw new SegueError("protocol", { detail: "a challenge has 32 bytes" });
  return bytes;
}
