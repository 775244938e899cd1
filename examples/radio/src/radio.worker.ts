import {
  audioSpace,
  KdTree,
  KernelKdTree,
  measureStandardization,
  type RadioStation,
  radio,
  radioStation,
  trackTable,
  type WasmPort,
} from "@segue/core/recommend";
import { type InventedTrack, inventCatalog } from "./catalog";
import type { Answer, Request, ShownTrack } from "./messages";

const wasm: WasmPort = {
  createMemory: ({ initialPages, maximumPages, shared }) =>
    new WebAssembly.Memory({ initial: initialPages, maximum: maximumPages, shared }),
  async instantiate(bytes, memory) {
    const imports = { env: { memory: memory as WebAssembly.Memory } };
    const { instance } = await WebAssembly.instantiate(bytes as Uint8Array<ArrayBuffer>, imports);
    return instance.exports as Record<string, (...args: number[]) => number>;
  },
};

let catalog: readonly InventedTrack[] = [];
let station: RadioStation;

async function open(tracks: number, seed: number): Promise<Answer> {
  catalog = inventCatalog(tracks, seed);
  const before = performance.now();
  const space = audioSpace(catalog, measureStandardization(catalog));
  const tree = await KernelKdTree.load(wasm, KdTree.build(space));
  const buildMs = performance.now() - before;
  station = radioStation(space, tree, trackTable(catalog));
  return { kind: "opened", tracks, buildMs };
}

/** The track that a session starts with: any of the catalog. */
function start(at: number): Answer {
  return { kind: "started", first: shown(catalog[at % catalog.length]!.id) };
}

async function answer(request: Request): Promise<Answer> {
  if (request.kind === "open") return open(request.tracks, request.seed);
  return request.kind === "start" ? start(request.at) : play(request);
}

function play({ session, varied }: Extract<Request, { kind: "radio" }>): Answer {
  const before = performance.now();
  const list = radio(station, { session, mode: varied ? "varied" : "strict" });
  const searchMs = performance.now() - before;
  return {
    kind: "radio",
    searchMs,
    list: list.map(({ track, reason }) => ({
      ...shown(track),
      distance: reason.distance,
      alike: reason.alike,
    })),
  };
}

function shown(id: string): ShownTrack {
  const { title, artist } = catalog[station.table.rowOf.get(id)!]!;
  return { id, title, artist };
}

self.onmessage = async ({ data }: MessageEvent<Request>) => {
  try {
    self.postMessage(await answer(data));
  } catch (error) {
    self.postMessage({ kind: "failed", message: String(error) } satisfies Answer);
  }
};
