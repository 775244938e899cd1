/** Connections between devices and a server: ordered, delayed, cut, and held up while a device is partitioned. */
import type { ClientFrame, ServerFrame } from "../../connect/frames";
import type { Microseconds } from "../../connect/types";
import type { Random } from "./random";
import type { Timeline } from "./timeline";

export interface Connection {
  readonly id: string;
  readonly device: number;
  toServer(frame: ClientFrame): void;
  toClient(frame: ServerFrame): void;
  /** Ends it from one side; the other learns of it later, or by itself. */
  close(by: "client" | "server", code: number): void;
}

export interface ConnectionEnds {
  readonly server: {
    opened(connection: Connection): void;
    frame(connection: Connection, frame: ClientFrame): void;
    closed(connection: Connection): void;
  };
  readonly client: {
    opened(connection: Connection): void;
    frame(connection: Connection, frame: ServerFrame): void;
    closed(connection: Connection, code: number): void;
  };
}

export interface Network {
  open(device: number): void;
  /** Whether frames of the device are held up until it is reachable again, as a stream does that is sent anew. */
  partition(device: number, lost: boolean): void;
  /** Cuts the device's connections. */
  cut(device: number): void;
  /** Cuts every connection, as when the server dies. */
  cutAll(): void;
}

interface Options {
  readonly timeline: Timeline;
  readonly random: Random;
  readonly ends: ConnectionEnds;
  readonly serverUp: () => boolean;
}

/** A server gives a connection up on which nothing came for this long. */
const SILENT_US: Microseconds = 20_000_000;

export function createNetwork({ timeline, random, ends, serverUp }: Options): Network {
  const partitioned = new Set<number>();
  const open = new Set<{
    readonly device: number;
    readonly cut: (code: number) => void;
    readonly heal: () => void;
  }>();
  let made = 0;

  function connect(device: number): void {
    const up = { client: true, server: true };
    const arrives = { client: 0, server: 0 };
    // In one house, or across a continent.
    const near = random.chance(0.5);
    const base = near ? random.between(200, 2_000) : random.between(1_000, 80_000);
    const jitter = near ? 1_000 : 20_000;
    let heardUs = timeline.nowUs;

    /** When something sent now arrives: in order, and never at once. */
    function arrival(side: "client" | "server"): Microseconds {
      const delay = base + random.between(0, jitter) + (random.chance(0.02) ? random.between(0, 800_000) : 0);
      arrives[side] = Math.max(arrives[side] + 1, timeline.nowUs + delay);
      return arrives[side];
    }
    const lost = () => partitioned.has(device);

    /** What waits for the partition to end. */
    const held: (() => void)[] = [];

    const connection: Connection = {
      id: `c${++made}`,
      device,
      toServer(frame) {
        if (!up.client) return;
        if (lost()) {
          held.push(() => connection.toServer(frame));
          return;
        }
        const times = random.chance(0.02) && frame.type !== "hello" ? 2 : 1;
        for (let i = 0; i < times; i++)
          timeline.at(arrival("server"), () => {
            if (!up.server) return;
            heardUs = timeline.nowUs;
            ends.server.frame(connection, frame);
          });
      },
      toClient(frame) {
        if (!up.server) return;
        if (lost()) {
          held.push(() => connection.toClient(frame));
          return;
        }
        timeline.at(arrival("client"), () => up.client && ends.client.frame(connection, frame));
      },
      close(by, code) {
        end(by, code);
        const told = () =>
          timeline.at(arrival(by === "client" ? "server" : "client"), () => end(other(by), code));
        if (lost()) held.push(told);
        else told();
      },
    };
    const other = (side: "client" | "server") => (side === "client" ? "server" : "client");

    function end(side: "client" | "server", code: number): void {
      if (!up[side]) return;
      up[side] = false;
      if (!up.client && !up.server) open.delete(entry);
      if (side === "server") ends.server.closed(connection);
      else ends.client.closed(connection, code);
    }
    const entry = {
      device,
      heal: () => {
        for (const pass of held.splice(0)) pass();
      },
      cut(code: number) {
        for (const side of ["client", "server"] as const)
          if (up[side]) timeline.after(random.between(0, 3_000_000), () => end(side, code));
      },
    };

    function watch(): void {
      if (!up.server) return;
      if (timeline.nowUs - heardUs >= SILENT_US) {
        connection.close("server", 3002);
        return;
      }
      // Pongs prove life even when no frame comes.
      if (!lost() && up.client) heardUs = timeline.nowUs;
      timeline.after(5_000_000, watch);
    }

    timeline.after(base * 2, () => {
      if (lost() || !serverUp()) {
        up.server = false;
        end("client", 1006);
        return;
      }
      open.add(entry);
      ends.server.opened(connection);
      ends.client.opened(connection);
      watch();
    });
  }

  return {
    open: connect,
    partition(device, isLost) {
      if (isLost) {
        partitioned.add(device);
        return;
      }
      partitioned.delete(device);
      for (const each of [...open]) if (each.device === device) each.heal();
    },
    cut(device) {
      for (const each of [...open]) if (each.device === device) each.cut(1006);
    },
    cutAll() {
      for (const each of [...open]) each.cut(1006);
    },
  };
}
