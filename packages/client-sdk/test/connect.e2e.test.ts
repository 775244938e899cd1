import type { Track } from "@segue/core";
import { afterAll, beforeAll, expect, test } from "vitest";
import WebSocket from "ws";
import { type RunningServer, startServer } from "../../../test/harness/server";
import type { SegueClient } from "../src/client";
import { createNodeClient } from "../src/node/create-node-client";
import type { AudioOutput, AudioOutputFormat } from "../src/ports/audio-output";

/** Plays into nothing in real time, and notes when it was given sound. */
class NotingOutput implements AudioOutput {
  readonly realtime = true;
  readonly latencyMs = 0;
  /** Begin and end of each stretch of sound, by the machine's monotonic clock. */
  readonly heard: { from: number; to: number }[] = [];
  #rate = 44_100;
  #due = 0;

  async open(format: AudioOutputFormat): Promise<void> {
    this.#rate = format.sampleRateHz;
    this.#due = performance.now();
  }

  async write(left: Float32Array, _right: Float32Array, frames: number): Promise<void> {
    const from = Math.max(this.#due, performance.now());
    const ms = (frames / this.#rate) * 1000;
    if (left.subarray(0, frames).some((sample) => Math.abs(sample) > 1e-4)) this.#note(from, from + ms);
    this.#due = from + ms;
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, this.#due - performance.now())));
  }

  #note(from: number, to: number): void {
    const last = this.heard.at(-1);
    if (last && from - last.to < 5) last.to = to;
    else this.heard.push({ from, to });
  }

  async close(): Promise<void> {}
}

/** Longest time for which both sounded at once, milliseconds. */
function overlap(a: NotingOutput, b: NotingOutput): number {
  let most = 0;
  for (const x of a.heard)
    for (const y of b.heard) most = Math.max(most, Math.min(x.to, y.to) - Math.max(x.from, y.from));
  return most;
}

let server: RunningServer;
beforeAll(async () => {
  server = await startServer({ env: { SEGUE_DEMO: "1", SEGUE_DEMO_TRACKS: "8" } });
});
afterAll(() => server?.remove());

async function until(done: () => boolean, what: string, ms = 30_000): Promise<void> {
  const ends = performance.now() + ms;
  while (!done()) {
    if (performance.now() > ends) throw new Error(`${what} did not happen`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Does `act`; a machine that is too busy to make a device sound in time has not broken a rule. False when it was. */
async function inTime(act: () => Promise<void>): Promise<boolean> {
  try {
    await act();
    return true;
  } catch (error) {
    if ((error as { code?: string }).code !== "timeout") throw error;
    return false;
  }
}

interface Device {
  readonly client: SegueClient;
  readonly output: NotingOutput;
  readonly id: string;
}

async function user(): Promise<{ accessToken: string; refreshToken: string | null; expiresAt: number }> {
  const answer = await fetch(`${server.url}/v1/sandbox/users`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ plan: "premium" }),
  });
  const body = (await answer.json()) as { accessToken: string };
  return { accessToken: body.accessToken, refreshToken: null, expiresAt: Date.now() + 3_000_000 };
}

async function device(tokens: Awaited<ReturnType<typeof user>>, name: string): Promise<Device> {
  const made = await unconnected(tokens, name);
  return join(made, name);
}

async function join(made: Omit<Device, "id">, name: string): Promise<Device> {
  made.client.connect.start();
  await until(() => made.client.connect.state.status === "online", `${name} online`);
  return { ...made, id: made.client.connect.state.thisDeviceId! };
}

async function unconnected(
  tokens: Awaited<ReturnType<typeof user>>,
  name: string,
): Promise<Omit<Device, "id">> {
  const output = new NotingOutput();
  const client = createNodeClient({
    serverUrl: server.url,
    deviceName: name,
    dataDir: null,
    output,
    tokens: { ...tokens, idToken: null } as never,
    webSocket: WebSocket as never,
  });
  await client.auth.whenReady();
  return { client, output };
}

async function readyTracks({ client }: Pick<Device, "client">): Promise<readonly Track[]> {
  for (;;) {
    const { shelves } = await client.api.home();
    const album = shelves.flatMap((shelf) => shelf.items).find((item) => item.kind === "album");
    if (album?.kind === "album") {
      const tracks = (await client.api.albumTracks(album.album.id)).items;
      if (tracks.length > 0 && tracks.every(({ mediaState }) => mediaState === "ready")) return tracks;
    }
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
}

test("twenty transfers there and back: never both, and the music goes on where it was", {
  timeout: 180_000,
}, async () => {
  const tokens = await user();
  const desk = await device(tokens, "Desk");
  const kitchen = await device(tokens, "Kitchen");
  try {
    await until(() => desk.client.connect.state.devices.length === 2, "two devices");
    const tracks = await readyTracks(desk);
    await desk.client.player.playContext({ kind: "tracks", id: null, title: "List" }, tracks);
    expect(desk.client.connect.state.isActiveHere).toBe(true);
    await until(() => desk.output.heard.length > 0, "sound");

    const errors: number[] = [];
    const seen: number[] = [];
    let [from, to] = [desk, kitchen];
    let late = 0;
    for (let done = 0; done < 20; ) {
      await new Promise((resolve) => setTimeout(resolve, 700));
      // What another device shows of the position, while the music plays.
      if (from.client.connect.state.isActiveHere)
        seen.push(Math.abs(to.client.connect.positionMs() - from.client.player.positionMs()));
      const stretches = to.output.heard.length;
      const asking = done % 2 ? from : to;
      if (!(await inTime(() => asking.client.connect.transfer(to.id, { play: true })))) {
        late += 1;
        expect(late).toBeLessThan(10);
        continue;
      }
      await until(() => to.output.heard.length > stretches, "sound on the other device");
      const left = from.client.player.positionMs();
      const resumed = to.client.player.positionMs() - (performance.now() - to.output.heard[stretches]!.from);
      errors.push(Math.abs(resumed - left));
      await until(() => to.client.connect.state.isActiveHere, "the right");
      await until(() => from.client.connect.state.activeDeviceId === to.id, "the news");
      expect(from.client.player.state.status).toBe("paused");
      [from, to] = [to, from];
      done += 1;
    }
    const worst = (values: readonly number[]) => Math.max(...values).toFixed(0);
    const middle = (values: readonly number[]) =>
      [...values].sort((a, b) => a - b)[values.length >> 1]!.toFixed(0);
    console.log(
      `20 transfers (${late} more were too slow): overlap ${Math.max(0, overlap(desk.output, kitchen.output)).toFixed(0)} ms; position after a transfer off by ${middle(errors)} ms (median), ${worst(errors)} ms (worst); position shown elsewhere off by ${middle(seen)} ms (median), ${worst(seen)} ms (worst)`,
    );
    expect(overlap(desk.output, kitchen.output)).toBeLessThanOrEqual(0);
    expect(Math.max(...errors)).toBeLessThan(1_000);
  } finally {
    await Promise.all([desk.client.close(), kitchen.client.close()]);
  }
});

test("a remote control pauses, seeks, skips, queues and sets the volume of the device that plays", {
  timeout: 120_000,
}, async () => {
  const tokens = await user();
  const speaker = await device(tokens, "Speaker");
  const phone = await device(tokens, "Phone");
  try {
    await until(() => phone.client.connect.state.devices.length === 2, "two devices");
    const tracks = (await readyTracks(phone)).slice(0, 3);
    const remote = phone.client.connect;
    const list = { kind: "tracks", id: null, title: "List" } as const;
    while (!(await inTime(() => remote.playContext(list, tracks, { deviceId: speaker.id }))));
    await until(() => speaker.client.player.state.status === "playing", "play");
    expect(phone.output.heard).toEqual([]);
    await inTime(() => remote.pause());
    await until(() => speaker.client.player.state.status === "paused", "the pause there");
    await inTime(() => remote.seek(5_000));
    await until(() => Math.abs(speaker.client.player.positionMs() - 5_000) < 50, "the seek there");
    await inTime(() => remote.play());
    await until(() => speaker.client.player.state.status === "playing", "play again");
    await inTime(() => remote.next());
    await until(
      () => speaker.client.player.state.current?.track.id === tracks[1]!.id,
      "the next track there",
    );
    await remote.addToQueue([tracks[0]!]);
    await until(() => speaker.client.player.state.upNext.length === 1, "the queue");
    await inTime(() => remote.setVolume(speaker.id, 0.25));
    await until(() => speaker.client.player.state.volume === 0.25, "the volume there");
    await until(
      () => remote.state.devices.find(({ id }) => id === speaker.id)?.volume === 0.25,
      "the volume",
    );
    await expect(remote.setVolume("dev_00000000000000000000000007", 1)).rejects.toMatchObject({
      code: "device_unknown",
    });
    // What the listener does at the speaker is seen on the phone.
    await speaker.client.player.next();
    await until(() => remote.state.current?.track.id === tracks[0]!.id, "the skip");
    speaker.client.player.pause();
    await until(() => !remote.state.playing, "the pause");
    await until(() => remote.state.current!.track.title === tracks[0]!.title, "the title");
  } finally {
    await Promise.all([speaker.client.close(), phone.client.close()]);
  }
});

test("playing here takes over, and without a connection this device plays on", {
  timeout: 120_000,
}, async () => {
  const tokens = await user();
  const a = await device(tokens, "A");
  const b = await device(tokens, "B");
  try {
    const tracks = await readyTracks(a);
    const list = { kind: "tracks", id: null, title: "List" } as const;
    await a.client.player.playContext(list, tracks);
    await b.client.player.playContext(list, tracks.slice(1));
    expect(b.client.connect.state.isActiveHere).toBe(true);
    expect(b.client.connect.state.current?.track.id).toBe(tracks[1]!.id);
    expect(b.client.player.positionMs()).toBeLessThan(5_000);
    await until(() => a.client.player.state.status === "paused", "the pause");
    await b.client.connect.stop();
    expect(b.client.connect.state.status).toBe("off");
    await until(() => a.client.connect.state.activeDeviceId === null, "nobody");
    await b.client.player.play();
    expect(b.client.player.state.status).toBe("playing");
    expect(overlap(a.output, b.output)).toBeLessThanOrEqual(0);
  } finally {
    await Promise.all([a.client.close(), b.client.close()]);
  }
});

test("music that began before there was a connection becomes the session's: without a break, or from where it was", {
  timeout: 120_000,
}, async () => {
  const tokens = await user();
  const alone = await unconnected(tokens, "Alone");
  const late = await unconnected(tokens, "Late");
  try {
    const tracks = await readyTracks(alone);
    const list = { kind: "tracks", id: null, title: "List" } as const;
    await alone.client.player.playContext(list, tracks.slice(0, 3), { startIndex: 1 });
    alone.client.player.addToQueue([tracks[3]!]);
    alone.client.player.setRepeat("context");
    await until(() => alone.client.player.positionMs() > 500, "sound");
    const statuses = new Set<string>();
    let back = 0;
    let last = 0;
    alone.client.player.on("state", ({ status, positionMs }) => {
      statuses.add(status);
      back = Math.max(back, last - positionMs);
      last = positionMs;
    });
    const a = await join(alone, "Alone");
    await until(() => a.client.connect.state.isActiveHere, "the right");
    await until(() => a.client.player.positionMs() > 2_000, "more sound");
    expect([...statuses]).toEqual(["playing"]);
    expect(back).toBe(0);
    const { current, upNext, contextNext, playing } = a.client.connect.state;
    expect([playing, current?.track.id]).toEqual([true, tracks[1]!.id]);
    await until(() => a.client.connect.state.upNext.length === 1, "what is up next");
    await until(() => a.client.connect.state.repeat === "context", "the repetition");
    expect([upNext.length <= 1, contextNext[0]?.track.id]).toEqual([true, tracks[2]!.id]);
    expect(a.client.player.state.upNext.map(({ track }) => track.id)).toEqual([tracks[3]!.id]);

    // A listener who presses play on a device means that device, connected or not.
    await late.client.player.playContext(list, tracks.slice(4, 6));
    await until(() => late.client.player.positionMs() > 500, "sound on its own");
    const b = await join(late, "Late");
    await until(() => b.client.connect.state.isActiveHere, "the right, taken over");
    await until(() => a.client.player.state.status === "paused", "the pause of the other");
    await until(() => b.client.player.state.status === "playing", "play");
    expect(b.client.connect.state.current?.track.id).toBe(tracks[4]!.id);
    expect(b.client.player.positionMs()).toBeGreaterThan(450);
  } finally {
    await Promise.all([alone.client.close(), late.client.close()]);
  }
});
