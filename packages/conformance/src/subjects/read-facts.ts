/** Reads what a server has: its shelves, and what leads on from there. */
import type { Facts, NamedTracks, TrackFact } from "./facts";

const MAX_TRACKS = 200;
const MAX_ALBUMS = 20;

// biome-ignore lint/suspicious/noExplicitAny: what a server says is looked at field by field
type Get = (path: string) => Promise<any>;

const listOf = (value: unknown): readonly Record<string, unknown>[] =>
  Array.isArray(value) ? (value as Record<string, unknown>[]) : [];

function toTrack(track: Record<string, unknown>, albumId: string): TrackFact {
  return {
    id: String(track.id),
    albumId,
    durationMs: Number(track.durationMs),
    explicit: track.explicit === true,
    mediaState: String(track.mediaState),
  };
}

/** Facts of a server that answers with tokens of a listener of the premium plan, if possible. */
export async function readFacts(get: Get, named: NamedTracks): Promise<Facts> {
  const capabilities = await get("/v1/capabilities");
  const home = await get("/v1/home");
  const cards = listOf(home.shelves).flatMap((shelf) => listOf(shelf.items));
  const idsOf = (kind: string) => [
    ...new Set(
      cards
        .filter((card) => card.kind === kind)
        .map((card) => String((card[kind] as { id?: unknown } | undefined)?.id)),
    ),
  ];
  const albumIds = idsOf("album").slice(0, MAX_ALBUMS);
  const tracks: TrackFact[] = [];
  const playable: TrackFact[] = [];
  for (const albumId of albumIds) {
    if (tracks.length >= MAX_TRACKS) break;
    const page = await get(`/v1/albums/${albumId}/tracks?codecs=vorbis,aac&deviceType=desktop`);
    for (const track of listOf(page.items)) {
      const fact = toTrack(track, albumId);
      tracks.push(fact);
      if (track.head !== null && track.head !== undefined) playable.push(fact);
    }
  }
  const images = cards
    .map((card) => (card[String(card.kind)] as { imageUrl?: unknown } | undefined)?.imageUrl)
    .filter((url): url is string => typeof url === "string");
  return {
    name: String(capabilities.server?.name ?? "unnamed"),
    version: String(capabilities.server?.version ?? ""),
    protocolVersion: String(capabilities.protocolVersion ?? ""),
    sandbox: capabilities.sandbox === true,
    codecs: listOf(capabilities.codecs).map((each) => String(each.codec)),
    features: new Set(
      listOf(capabilities.features)
        .filter((each) => each.available === true)
        .map((each) => String(each.name)),
    ),
    playable,
    tracks,
    albumIds,
    artistIds: idsOf("artist"),
    playlistIds: idsOf("playlist"),
    images: [...new Set(images)],
    named,
  };
}
