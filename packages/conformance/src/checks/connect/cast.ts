/** The devices of a Connect check, and what they are called. */
import type { Execution } from "../../runner/execution";
import { ConnectPeer, type PeerInfo } from "../../subjects/connect-peer";
import type { Facts } from "../../subjects/facts";
import type { Listener } from "../../subjects/subject";
import { registeredDevice } from "../register";

/** Why Connect cannot be checked here; null when it can. */
export const noConnect = ({ features, tracks }: Facts): string | null =>
  !features.has("connect")
    ? "the server's capabilities do not list connect"
    : tracks.length === 0
      ? "the catalog has no tracks"
      : null;

/** Two players, of which one takes no commands, and a remote control. */
export const ROLES = {
  player: { player: true, controller: true, volume: 0.5, volumeSteps: 100 },
  speaker: { player: true, controller: false, volume: null, volumeSteps: 100 },
  remote: { player: false, controller: true, volume: null, volumeSteps: 0 },
} as const;
export type Role = keyof typeof ROLES;

/** One listener's devices on Connect. */
export interface ConnectCast {
  readonly listener: Listener;
  readonly peers: Readonly<Record<Role, ConnectPeer>>;
  /** Device by epoch. */
  readonly owners: Map<number, string>;
}

export async function connectPeer(
  run: Execution,
  listener: Listener,
  info: PeerInfo,
  owners: Map<number, string>,
): Promise<ConnectPeer> {
  const peer = new ConnectPeer(run, run.subject.url, info, owners);
  run.later(async () => peer.terminate());
  return peer.greet(listener.accessToken);
}

/** Registers and connects all three. */
export async function connectCast(run: Execution): Promise<ConnectCast> {
  const listener = await run.listener({ plan: "premium" });
  const owners = new Map<number, string>();
  const open = async (role: Role) => {
    const { id } = await registeredDevice(run, listener, "other");
    return connectPeer(run, listener, { name: role, deviceId: id, ...ROLES[role] }, owners);
  };
  const peers = {
    player: await open("player"),
    speaker: await open("speaker"),
    remote: await open("remote"),
  };
  return { listener, peers, owners };
}
