import type { Play, Track } from "@segue/core";
import { buildManifest, buildTrack } from "@segue/core/testing";
import type { Api } from "../src/client";
import { createPlayRecorder } from "../src/events/recorder";
import type { GrantAnswer, Grants } from "../src/player/grants";
import { createInspectorLog } from "../src/player/inspector-log";
import { createPlayer } from "../src/player/player";
import { createStartTimer } from "../src/player/start-timer";
import { fakeEngine } from "../src/testing/fake-engine";
import { manualClock } from "../src/testing/manual-clock";

/** What the service says to a request for a grant, by track number. */
export type Service = (track: Track, request: number) => GrantAnswer | Error;

export const segmentKey = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, [
  "decrypt",
]);

export const granted = (n: number): GrantAnswer => ({
  kind: "grant",
  manifest: buildManifest(n),
  segmentKey,
  urlLifetimeMs: 3_600_000,
});

/** A track with a head, number `n`. */
export function track(n: number): Track {
  const renditionId = buildManifest(n).renditionId;
  return buildTrack(n, {
    head: {
      renditionId,
      url: `/v1/media/${n}?head`,
      byteLength: 131_072,
      expiresAt: Number.MAX_SAFE_INTEGER,
    },
  });
}
export const tracks = (count: number): readonly Track[] =>
  Array.from({ length: count }, (_, i) => track(i + 1));
export const numberOf = (each: Track): number => each.trackNumber;

/** A player over a fake engine and a service in memory. */
export function playerWorld(service: Service = (each) => granted(numberOf(each))) {
  const clock = manualClock();
  const engine = fakeEngine();
  const known = new Map<string, Track>(tracks(50).map((each) => [each.id, each]));
  const asked: string[] = [];
  const grants: Grants = {
    async request(trackId) {
      asked.push(trackId);
      const answer = service(known.get(trackId)!, asked.length);
      if (answer instanceof Error) throw answer;
      return answer;
    },
  };
  const api = { resolveUrl: (url: string) => `http://server${url}` } as Api;
  const log = createInspectorLog(clock);
  const timer = createStartTimer(clock);
  const journalled: Play[] = [];
  const plays: Play[] = [];
  let ids = 0;
  const recorder = createPlayRecorder({
    engine,
    clock,
    userId: () => "usr_00000000000000000000000001",
    random: (count) => new Uint8Array(count).fill(++ids),
    sink: {
      journal: (_userId, play) => void journalled.push(play),
      ended: (_userId, play) => void plays.push(play),
    },
  });
  const player = createPlayer({ engine, api, grants, clock, log, timer, recorder, seed: () => 7 });

  /** Lets promises settle. */
  const settle = () => new Promise<void>((resolve) => setImmediate(resolve));
  /** Plays `ms`, with all of the audio fetched unless `complete` is false. */
  async function run(ms: number, complete = true): Promise<void> {
    for (let left = ms; left > 0; left -= 1_000) {
      const uid = engine.timeline[0]?.uid;
      if (uid) engine.emit({ type: "buffered", uid, aheadMs: 30_000, fetchedBytes: 1, complete });
      clock.advance(Math.min(1_000, left));
      engine.run(Math.min(1_000, left));
      await settle();
    }
  }
  /** Plays `list` and waits until it sounds. */
  async function start(list: readonly Track[] = tracks(3)): Promise<void> {
    const playing = player.playContext({ kind: "tracks", id: null, title: "List" }, list);
    playing.catch(() => undefined);
    await settle();
    await run(10);
    await playing;
  }
  return { clock, engine, player, recorder, plays, journalled, asked, log, timer, run, start, settle };
}
