import { connect, createServer, type Socket } from "node:net";

/** A network link between a client and a server on this machine. */
export interface LinkShape {
  /** Round-trip time, milliseconds; half of it in each direction, and once more before a new connection opens. */
  readonly rttMs: number;
  /** Capacity from server to client, bits per second, shared by all connections. */
  readonly downBps: number;
}

/** Passes bytes on after a delay and no faster than the link's capacity. */
class Pipe {
  #freeAt = 0;
  readonly #delayMs: number;
  readonly #bps: number;
  constructor(delayMs: number, bps: number) {
    this.#delayMs = delayMs;
    this.#bps = bps;
  }

  /** When the last byte of a chunk that is sent now arrives, milliseconds on the `performance.now()` scale. */
  arrival(bytes: number): number {
    const now = performance.now();
    this.#freeAt = Math.max(this.#freeAt, now) + (bytes * 8_000) / this.#bps;
    return this.#freeAt + this.#delayMs;
  }
}

/** Does things at given times in the order in which they were asked for; timers of their own may overtake each other. */
class Timeline {
  readonly #due: { readonly at: number; readonly run: () => void }[] = [];
  #timer: NodeJS.Timeout | null = null;

  at(time: number, run: () => void): void {
    this.#due.push({ at: time, run });
    this.#timer ??= setTimeout(this.#advance, Math.max(0, time - performance.now()));
  }

  readonly #advance = (): void => {
    while (this.#due[0] && this.#due[0].at <= performance.now()) this.#due.shift()!.run();
    const next = this.#due[0];
    this.#timer = next ? setTimeout(this.#advance, Math.max(1, next.at - performance.now())) : null;
  };
}

function forward(from: Socket, to: Socket, pipe: Pipe): void {
  const timeline = new Timeline();
  from.on("data", (chunk: Buffer) => {
    // An Ethernet-sized piece at a time, so that a large write does not arrive as one lump.
    for (let at = 0; at < chunk.length; at += 1_448) {
      const piece = chunk.subarray(at, at + 1_448);
      timeline.at(pipe.arrival(piece.length), () => to.writable && to.write(piece));
    }
  });
  from.on("end", () => timeline.at(pipe.arrival(0), () => to.end()));
  from.on("error", () => to.destroy());
  from.on("close", () => timeline.at(pipe.arrival(0) + 50, () => to.destroy()));
}

/** Listens on a free loopback port and forwards to `targetPort` over a link of the given shape. */
export async function openShapedLink(
  targetPort: number,
  shape: LinkShape,
): Promise<{ readonly port: number; close(): Promise<void> }> {
  const down = new Pipe(shape.rttMs / 2, shape.downBps);
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (client) => {
    client.pause();
    sockets.add(client);
    client.on("close", () => sockets.delete(client));
    setTimeout(() => {
      const upstream = connect({ port: targetPort, host: "127.0.0.1", noDelay: true });
      sockets.add(upstream);
      upstream.on("close", () => sockets.delete(upstream));
      forward(client, upstream, new Pipe(shape.rttMs / 2, 1e9));
      forward(upstream, client, down);
      client.resume();
    }, shape.rttMs);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return {
    port: typeof address === "object" && address ? address.port : 0,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
