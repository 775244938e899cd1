import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { MediaUrlSigner } from "../src/modules/media/media-url";
import { startApp } from "./support/app";
import { type Fixture, makeFixture } from "./support/fixture";

const fixtures: Fixture[] = [];
afterEach(async () => {
  for (const fixture of fixtures.splice(0)) await fixture.close();
});

async function start() {
  const fixture = await makeFixture({ SEGUE_RATE_LIMIT: "0" });
  fixtures.push(fixture);
  const app = await startApp(fixture);
  const open = async () => {
    const socket = connect(Number(new URL(app.origin).port), "127.0.0.1");
    await once(socket, "connect");
    return socket;
  };
  return { fixture, app, open };
}

const ended = (socket: Socket) =>
  new Promise<void>((resolve) => {
    socket.on("close", () => resolve()).on("error", () => {});
    socket.resume();
  });

describe("closing the server", () => {
  it("waits neither for connections that never sent a byte nor for idle ones", async () => {
    const { app, open } = await start();
    const silent = await Promise.all(Array.from({ length: 20 }, open));
    const idle = await open();
    idle.write("GET /livez HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n");
    await once(idle, "data");
    const all = [...silent, idle].map(ended);
    await app.app.close();
    await Promise.all(all);
  });

  it("finishes the answers that are open", async () => {
    const { fixture, app, open } = await start();
    const signer = new MediaUrlSigner(fixture.context.secrets.mediaUrl);
    const { playable } = fixture.stores;
    const track = await fixture.addTrack([{ codec: "vorbis", tier: 96, byteLength: 8_000_000 }]);
    const [stored] = await playable.tracks([track.id]);
    const { hash, byteLength } = stored!.renditions[0]!;
    const { url } = signer.sign({ hash, max: byteLength }, fixture.clock.now, 3_600_000);
    const reader = await open();
    reader.write(`GET ${url} HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n`);
    const [first] = (await once(reader, "data")) as [Buffer];
    reader.pause();
    const closed = app.app.close();
    let received = first.length;
    reader.on("data", (chunk: Buffer) => {
      received += chunk.length;
    });
    await Promise.all([ended(reader), closed]);
    expect(received - first.indexOf("\r\n\r\n") - 4).toBe(byteLength);
  });
});
