/** `segue-server revoke ID` and `segue-server allow ID`: devices, and the content keys of renditions. */
import { parseArgs } from "node:util";
import { type DeviceId, isId, type KeyId } from "@segue/core";
import { sqlDeviceStore } from "../adapters/sql/device-store";
import { sqlRenditionStore } from "../adapters/sql/rendition-store";
import { sqlRevokedKeyStore } from "../adapters/sql/revoked-key-store";
import type { ServerConfig } from "../config";
import type { RenditionStore } from "../modules/media/rendition-store";
import { besideServer, CommandError, type Print } from "./command";

type Target =
  | { readonly kind: "device"; readonly id: DeviceId }
  | { readonly kind: "keys"; readonly ids: readonly KeyId[] };

/** What `id` names: a device, or the keys of a rendition or of all renditions of a track. */
async function targetOf(renditions: RenditionStore, id: string): Promise<Target> {
  if (isId("device", id)) return { kind: "device", id };
  if (isId("key", id)) return { kind: "keys", ids: [id] };
  if (!isId("rendition", id) && !isId("track", id))
    throw new CommandError(`${id} is not the id of a device, a key, a rendition or a track.`);
  const ids = await renditions.keysOf(id);
  if (ids.length === 0) throw new CommandError(`There is no rendition for ${id}.`);
  return { kind: "keys", ids };
}

/**
 * Withdraws what `args` name, or gives it back. A running server follows within a second, a device at its next validity.
 * @throws CommandError
 */
export async function revoke(
  config: ServerConfig,
  command: "revoke" | "allow",
  args: readonly string[],
  print: Print,
): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { reason: { type: "string", default: "by the operator" } },
    allowPositionals: true,
  });
  const [id, ...rest] = positionals;
  if (id === undefined || rest.length > 0)
    throw new CommandError(`${command} takes one id of a device, a key, a rendition or a track.`);
  const reason = values.reason.slice(0, 500);
  await besideServer(config, async (database, now) => {
    const target = await targetOf(sqlRenditionStore(database), id);
    const devices = sqlDeviceStore(database);
    const keys = sqlRevokedKeyStore(database);
    const say = (what: string, changed: boolean) => {
      const [done, before] =
        command === "revoke" ? ["revoked", "was revoked before"] : ["allowed", "was not revoked"];
      print(changed ? `${what} is ${done}.` : `${what} ${before}.`);
    };
    if (target.kind === "device") {
      const { id: device } = target;
      say(
        device,
        await (command === "revoke" ? devices.revoke(device, reason, now()) : devices.allow(device)),
      );
      return;
    }
    for (const key of target.ids)
      say(key, await (command === "revoke" ? keys.revoke(key, reason, now()) : keys.allow(key)));
  });
}
