import { createHash } from "node:crypto";
import { type AlbumId, type ArtistId, type AudioFeatures, idFromBytes, type TrackId } from "@segue/core";
import type { Composition } from "./composer";
import { SAMPLE_RATE } from "./instruments";
import { between, createRng, pick, type Rng } from "./rng";
import { ADJECTIVES, FIRST, GENRES, LAST, NOUNS, PLACES, VERBS } from "./words";

/** The demo's catalog is drawn from this number. */
export const DEMO_SEED = 20_240;
const ARTISTS = 64;
const ALBUMS = 75;
/** The continuous piece. */
export const SEAMLESS_TITLE = "Seamless";
const SEAMLESS_TRACKS = [
  "Departure",
  "Embankment",
  "First Bridge",
  "Open Water",
  "Undertow",
  "Far Lights",
  "Landfall",
  "Return",
];

export interface DemoArtist {
  readonly id: ArtistId;
  readonly name: string;
  readonly genre: string;
  readonly popularity: number;
}
export interface DemoTrack {
  readonly id: TrackId;
  readonly title: string;
  readonly number: number;
  readonly features: AudioFeatures;
  readonly composition: Composition;
  readonly from: number;
  readonly frames: number;
  readonly explicit: boolean;
}
export interface DemoAlbum {
  readonly id: AlbumId;
  readonly title: string;
  readonly artist: DemoArtist;
  readonly genres: readonly string[];
  readonly releaseDate: string;
  readonly popularity: number;
  readonly tracks: readonly DemoTrack[];
}
export interface DemoCatalog {
  readonly artists: readonly DemoArtist[];
  /** The continuous piece first, then by popularity. */
  readonly albums: readonly DemoAlbum[];
}

/** 16 bytes that stand for a name of the demo. */
export function demoBytes(kind: string, name: string | number): Uint8Array {
  return createHash("sha256").update(`segue/demo/v1\0${DEMO_SEED}\0${kind}\0${name}`).digest();
}

/** Draws the catalog: the same on every machine. */
export function drawCatalog(): DemoCatalog {
  const rng = createRng(DEMO_SEED);
  const genres = Object.keys(GENRES);
  const names = new Set<string>();
  const artists = Array.from({ length: ARTISTS }, (_, index): DemoArtist => {
    const genre = genres[index % genres.length]!;
    const name = fresh(names, () => artistName(rng));
    return { id: idFromBytes("artist", demoBytes("artist", index)), name, genre, popularity: rng() };
  });
  const titles = new Set<string>([SEAMLESS_TITLE]);
  const albums = Array.from({ length: ALBUMS }, (_, index): DemoAlbum => {
    const artist = artists[index % ARTISTS]!;
    const count = 8 + Math.floor(rng() * 2);
    const songs = new Set<string>();
    return {
      id: idFromBytes("album", demoBytes("album", index)),
      title: fresh(titles, () => albumTitle(rng)),
      artist,
      genres: [artist.genre],
      releaseDate: `${2004 + Math.floor(rng() * 20)}-${pad(1 + Math.floor(rng() * 12))}-${pad(1 + Math.floor(rng() * 28))}`,
      popularity: 0.7 * artist.popularity + 0.25 * rng(),
      tracks: Array.from({ length: count }, (_, number) => {
        const features = drawFeatures(rng, artist.genre);
        const frames = Math.round(between(rng, 35.2, 44.8) * SAMPLE_RATE);
        const seed = Math.floor(rng() * 2 ** 32);
        return {
          id: idFromBytes("track", demoBytes("track", `${index}/${number}`)),
          title: fresh(songs, () => songTitle(rng)),
          number: number + 1,
          features,
          composition: { features, seed, frames },
          from: 0,
          frames,
          explicit: artist.genre === "Hip-Hop" && rng() < 0.3,
        };
      }),
    };
  });
  albums.sort((a, b) => b.popularity - a.popularity);
  return { artists, albums: [drawSeamless(artists.find((artist) => artist.genre === "House")!), ...albums] };
}

/** One composition cut into tracks, not at bar lines. */
function drawSeamless(artist: DemoArtist): DemoAlbum {
  const rng = createRng(DEMO_SEED + 1);
  const features: AudioFeatures = {
    tempo: 112,
    energy: 0.62,
    valence: 0.72,
    danceability: 0.66,
    acousticness: 0.3,
    speechiness: 0.05,
    instrumentalness: 0.9,
    liveness: 0.2,
  };
  const lengths = SEAMLESS_TRACKS.map(
    () => Math.round(between(rng, 35.5, 38.5) * SAMPLE_RATE) + Math.floor(rng() * 997),
  );
  const composition = {
    features,
    seed: DEMO_SEED + 2,
    frames: lengths.reduce((sum, frames) => sum + frames, 0),
    continuous: true,
  };
  let from = 0;
  const tracks = SEAMLESS_TRACKS.map((title, index): DemoTrack => {
    const frames = lengths[index]!;
    const id = idFromBytes("track", demoBytes("track", `seamless/${index}`));
    const track = { id, title, number: index + 1, features, composition, from, frames, explicit: false };
    from += frames;
    return track;
  });
  const id = idFromBytes("album", demoBytes("album", "seamless"));
  return {
    id,
    title: SEAMLESS_TITLE,
    artist,
    genres: ["House", "Ambient"],
    releaseDate: "2024-05-17",
    popularity: 1,
    tracks,
  };
}

function drawFeatures(rng: Rng, genre: string): AudioFeatures {
  const [tempo, ...rest] = GENRES[genre]!;
  const [energy, valence, danceability, acousticness, speechiness, instrumentalness, liveness] = rest.map(
    (center) =>
      Math.min(0.99, Math.max(0.01, Math.round((center + (rng() + rng() - 1) * 0.28) * 1000) / 1000)),
  ) as [number, number, number, number, number, number, number];
  return {
    tempo: Math.round(Math.min(154, Math.max(78, tempo + (rng() + rng() - 1) * 14))),
    energy,
    valence,
    danceability,
    acousticness,
    speechiness,
    instrumentalness,
    liveness,
  };
}

const pad = (value: number) => String(value).padStart(2, "0");

function fresh(taken: Set<string>, draw: () => string): string {
  for (let attempt = 0; ; attempt++) {
    const name = attempt < 50 ? draw() : `${draw()} ${attempt}`;
    if (taken.has(name)) continue;
    taken.add(name);
    return name;
  }
}

function artistName(rng: Rng): string {
  const kind = rng();
  if (kind < 0.4) return `${pick(rng, FIRST)} ${pick(rng, LAST)}`;
  if (kind < 0.8) return `${pick(rng, ADJECTIVES)} ${pick(rng, NOUNS)}`;
  return `The ${pick(rng, NOUNS)}`;
}

function albumTitle(rng: Rng): string {
  return rng() < 0.5
    ? `${pick(rng, ADJECTIVES)} ${pick(rng, NOUNS)}`
    : `${pick(rng, VERBS)} ${pick(rng, PLACES)}`;
}

function songTitle(rng: Rng): string {
  const kind = rng();
  if (kind < 0.35) return `${pick(rng, VERBS)} ${pick(rng, PLACES)}`;
  if (kind < 0.7) return `${pick(rng, ADJECTIVES)} ${pick(rng, NOUNS)}`;
  return pick(rng, NOUNS);
}
