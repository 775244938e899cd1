/** Tracks behind the ids of a session, read in the background and kept. */
import type { QueueItem, Track, TrackId } from "@segue/core";
import type { Api } from "../client";

export interface TrackLibrary {
  /** The track; a stand-in until it was read, or when the service does not know it. */
  of(item: QueueItem): Track;
  learn(tracks: Iterable<Track>): void;
  /** Reads the tracks of `items` that are missing. Resolves also when some could not be read. */
  ensure(items: readonly QueueItem[]): Promise<void>;
}

const PAGE = 50;
/** Tracks that are kept at most; a session has 1,250. */
const MAX_TRACKS = 5_000;

export function createTrackLibrary(api: Pick<Api, "tracks">, onRead: () => void): TrackLibrary {
  const tracks = new Map<TrackId, Track>();
  const reading = new Map<TrackId, Promise<void>>();

  function learn(read: Iterable<Track>): void {
    for (const track of read) tracks.set(track.id, track);
    for (const id of tracks.keys()) {
      if (tracks.size <= MAX_TRACKS) break;
      tracks.delete(id);
    }
  }

  async function read(ids: readonly TrackId[]): Promise<void> {
    try {
      learn(await api.tracks(ids));
      onRead();
    } catch {
      // Whoever needs them next asks again.
    } finally {
      for (const id of ids) reading.delete(id);
    }
  }

  return {
    of: (item) => tracks.get(item.trackId) ?? standIn(item.trackId),
    learn,
    async ensure(items) {
      const wanted = [...new Set(items.map((item) => item.trackId))];
      const missing = wanted.filter((id) => !tracks.has(id) && !reading.has(id));
      for (let at = 0; at < missing.length; at += PAGE) {
        const page = missing.slice(at, at + PAGE);
        const done = read(page);
        for (const id of page) reading.set(id, done);
      }
      await Promise.all(wanted.flatMap((id) => reading.get(id) ?? []));
    },
  };
}

/** What is shown and played of a track that is not known: the service decides on its grant. */
function standIn(id: TrackId): Track {
  return {
    id,
    recordingId: id.replace("trk_", "rec_") as Track["recordingId"],
    title: "",
    artists: [],
    album: { id: id.replace("trk_", "alb_") as Track["album"]["id"], title: "", imageUrl: null },
    discNumber: 1,
    trackNumber: 1,
    durationMs: 0,
    explicit: false,
    isrc: null,
    features: null,
    mediaState: "ready",
    head: null,
  };
}
