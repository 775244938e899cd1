import { SegueError } from "@segue/core";
import type { DeviceCode } from "../client";
import { type Clock, sleep } from "../ports/clock";
import type { TokenSet } from "../ports/credentials";
import type { OAuthClient } from "./oauth-client";

/** RFC 8628: a server that says `slow_down` wants 5 s more between polls. */
const SLOW_DOWN_MS = 5_000;

/** Shows a code and polls until the listener has approved it elsewhere. @throws SegueError `sign_in_failed`, `aborted` */
export async function runDeviceGrant(
  oauth: Pick<OAuthClient, "startDeviceGrant" | "pollDeviceGrant">,
  clock: Clock,
  show: (code: DeviceCode) => void,
  signal?: AbortSignal,
): Promise<TokenSet> {
  const { deviceCode, intervalMs, ...code } = await oauth.startDeviceGrant();
  show(code);
  for (let waitMs = intervalMs; ; ) {
    await sleep(clock, waitMs, signal).catch(() => {
      throw new SegueError("aborted");
    });
    if (clock.wallMs() >= code.expiresAt)
      throw new SegueError("sign_in_failed", { detail: "the code has expired" });
    const poll = await pollOnce(oauth, deviceCode);
    if (poll.kind === "tokens") return poll.tokens;
    if (poll.kind === "slow_down") waitMs += SLOW_DOWN_MS;
  }
}

/** A poll that was lost on the way is the same as a pending one. */
async function pollOnce(oauth: Pick<OAuthClient, "pollDeviceGrant">, deviceCode: string) {
  try {
    return await oauth.pollDeviceGrant(deviceCode);
  } catch (error) {
    if (SegueError.is(error) && (error.code === "network" || error.code === "timeout"))
      return { kind: "pending" as const };
    throw error;
  }
}
