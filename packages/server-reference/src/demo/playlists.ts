import { type AudioFeatures, idFromBytes, type PlaylistId } from "@segue/core";
import { type DemoCatalog, type DemoTrack, demoBytes } from "./catalog";

interface Mood {
  readonly title: string;
  readonly description: string;
  /** The higher, the better a track fits. */
  readonly fit: (features: AudioFeatures) => number;
}

const MOODS: readonly Mood[] = [
  {
    title: "Morning Light",
    description: "Gentle, bright and mostly acoustic.",
    fit: (f) => f.valence + f.acousticness - f.energy,
  },
  {
    title: "Deep Focus",
    description: "No words, no hurry.",
    fit: (f) => 2 * f.instrumentalness - f.energy - f.speechiness,
  },
  {
    title: "Night Drive",
    description: "Dark, steady, electric.",
    fit: (f) => f.danceability + f.energy - f.valence - f.acousticness,
  },
  {
    title: "Kitchen Dancing",
    description: "Happy feet while the water boils.",
    fit: (f) => f.danceability + 1.2 * f.valence,
  },
  { title: "Run Faster", description: "Fast and loud.", fit: (f) => f.energy + f.tempo / 150 },
  {
    title: "Rainy Window",
    description: "Slow songs in minor keys.",
    fit: (f) => f.acousticness - f.valence - f.tempo / 200,
  },
  {
    title: "Slow Sunday",
    description: "Nothing above a walking pace.",
    fit: (f) => f.valence - f.tempo / 60 - f.energy,
  },
  { title: "Said Out Loud", description: "Words first.", fit: (f) => f.speechiness },
  { title: "From the Room", description: "You can hear the audience.", fit: (f) => f.liveness },
  {
    title: "Campfire",
    description: "Voices and wood.",
    fit: (f) => f.acousticness - f.instrumentalness + f.valence / 2,
  },
  {
    title: "Machine Hall",
    description: "Everything on the grid.",
    fit: (f) => f.danceability - f.acousticness + f.instrumentalness,
  },
  {
    title: "Golden Hour",
    description: "Warm, easy, a little proud.",
    fit: (f) => f.valence - Math.abs(f.energy - 0.5),
  },
];

export interface DemoPlaylist {
  readonly id: PlaylistId;
  readonly title: string;
  readonly description: string;
  readonly tracks: readonly DemoTrack[];
}

/** A playlist per mood: its 30 best tracks, at most two of an album. The continuous piece stays whole on its album. */
export function drawPlaylists(catalog: DemoCatalog): readonly DemoPlaylist[] {
  const candidates = catalog.albums.flatMap((album) => album.tracks.map((track) => ({ album, track })));
  return MOODS.map((mood, index) => {
    const perAlbum = new Map<string, number>();
    const tracks: DemoTrack[] = [];
    const ranked = candidates
      .filter(({ track }) => !track.composition.continuous)
      .sort((a, b) => mood.fit(b.track.features) - mood.fit(a.track.features));
    for (const { album, track } of ranked) {
      const used = perAlbum.get(album.id) ?? 0;
      if (used >= 2 || tracks.length >= 30) continue;
      perAlbum.set(album.id, used + 1);
      tracks.push(track);
    }
    const id = idFromBytes("playlist", demoBytes("playlist", index));
    return { id, title: mood.title, description: mood.description, tracks };
  });
}
