import type { AudioFeatures } from "@segue/core";
import { type RandomStream, type RecommendableTrack, randomStream } from "@segue/core/recommend";

/** An invented track. */
export interface InventedTrack extends RecommendableTrack {
  readonly title: string;
  readonly artist: string;
  readonly features: AudioFeatures;
}

const FIRST = [
  "Silver",
  "Slow",
  "Paper",
  "Midnight",
  "Salt",
  "Golden",
  "Broken",
  "Quiet",
  "Electric",
  "Hollow",
];
const SECOND = [
  "River",
  "Letters",
  "Machine",
  "Summer",
  "Bones",
  "Harbor",
  "Signals",
  "Garden",
  "Winter",
  "Parade",
];
const KINDS = 30;
const ARTISTS_PER_KIND = 100;

/** `count` tracks of thirty kinds of music, the same for the same seed. */
export function inventCatalog(count: number, seed: number): readonly InventedTrack[] {
  const random = randomStream(seed);
  const kinds = Array.from({ length: KINDS }, () => inventKind(random));
  return Array.from({ length: count }, (_, i) => {
    const kind = random.below(KINDS);
    const artist = kind * ARTISTS_PER_KIND + random.below(ARTISTS_PER_KIND);
    const id = `trk_${String(i).padStart(8, "0")}`;
    return {
      id,
      recordingId: `rec_${i}`,
      albumId: `alb_${artist}_${random.below(10)}`,
      artistIds: [`art_${artist}`],
      plays: Math.floor(1000 * random.unit() ** 4),
      title: `${pick(FIRST, random)} ${pick(SECOND, random)}`,
      artist: `The ${FIRST[artist % 10]} ${SECOND[Math.floor(artist / 10) % 10]} ${Math.floor(artist / 100) + 1}`,
      features: featuresNear(kinds[kind]!, random),
    };
  });
}

const pick = (words: readonly string[], random: RandomStream) => words[random.below(words.length)]!;
const share = (value: number) => Math.min(1, Math.max(0, value));

function inventKind(random: RandomStream): AudioFeatures {
  return {
    tempo: 70 + 100 * random.unit(),
    energy: random.unit(),
    valence: random.unit(),
    danceability: random.unit(),
    acousticness: random.unit(),
    // Most music is sung, recorded without an audience and hardly spoken.
    speechiness: random.unit() ** 3,
    instrumentalness: random.unit() ** 3,
    liveness: random.unit() ** 3,
  };
}

function featuresNear(kind: AudioFeatures, random: RandomStream): AudioFeatures {
  const near = (value: number) => share(value + 0.1 * random.gaussian());
  return {
    tempo: Math.min(220, Math.max(50, kind.tempo + 8 * random.gaussian())),
    energy: near(kind.energy),
    valence: near(kind.valence),
    danceability: near(kind.danceability),
    acousticness: near(kind.acousticness),
    speechiness: near(kind.speechiness),
    instrumentalness: near(kind.instrumentalness),
    liveness: near(kind.liveness),
  };
}
