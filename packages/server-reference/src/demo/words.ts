/** Words that demo names are made of. */
export const ADJECTIVES =
  "Amber Paper Velvet Northern Quiet Copper Distant Golden Hollow Electric Silver Slow Wild Marble Crimson Lunar Hidden Broken Gentle Neon Salt Winter Early Blue Feral Glass Second Open Burning Borrowed".split(
    " ",
  );
export const NOUNS =
  "Harbor Lanterns Foxes Orchard Static Rivers Machines Sparrows Atlas Meadow Signals Tides Engines Garden Comets Shadows Wolves Balcony Mirrors Islands Kites Trains Embers Cathedral Pilots Horses Windows Satellites Bridges Moths".split(
    " ",
  );
export const FIRST =
  "Mara Ilya Noor Juno Tomas Esi Lena Odin Priya Wren Mateo Saga Akira Zola Felix Ines".split(" ");
export const LAST =
  "Vale Okafor Lindqvist Moreau Castell Ito Brandt Sorel Haddad Kerr Novak Reyes Ashby Duarte Falk Winter".split(
    " ",
  );
export const VERBS =
  "Leaving Counting Finding Dreaming Chasing Losing Painting Crossing Remembering Waiting Holding Folding".split(
    " ",
  );
export const PLACES =
  "the Shore, the Attic, Avenue Nine, the Last Tram, the Kitchen, the Valley, Midnight, the Rooftop, the Pier, Room Twelve, the Snow, the Market, the Observatory, Monday, the Greenhouse, the Border".split(
    ", ",
  );

/** A genre's center: tempo, then energy, valence, danceability, acousticness, speechiness, instrumentalness, liveness. */
export const GENRES: Readonly<Record<string, readonly [number, ...number[]]>> = {
  Ambient: [84, 0.15, 0.4, 0.15, 0.7, 0.05, 0.92, 0.25],
  House: [124, 0.78, 0.65, 0.9, 0.06, 0.08, 0.7, 0.12],
  Techno: [132, 0.88, 0.3, 0.82, 0.03, 0.06, 0.88, 0.12],
  "Indie Folk": [98, 0.32, 0.55, 0.4, 0.88, 0.08, 0.2, 0.2],
  Soul: [92, 0.5, 0.7, 0.65, 0.5, 0.12, 0.15, 0.25],
  "Hip-Hop": [90, 0.65, 0.5, 0.8, 0.15, 0.7, 0.15, 0.18],
  "Synth Pop": [116, 0.72, 0.82, 0.75, 0.12, 0.06, 0.2, 0.12],
  Jazz: [112, 0.38, 0.6, 0.48, 0.85, 0.06, 0.8, 0.55],
  Chamber: [82, 0.2, 0.35, 0.12, 0.95, 0.03, 0.95, 0.4],
  Rock: [140, 0.9, 0.5, 0.5, 0.12, 0.1, 0.25, 0.5],
  "Drum and Bass": [150, 0.92, 0.45, 0.7, 0.05, 0.08, 0.75, 0.15],
  "Spoken Word": [86, 0.25, 0.45, 0.35, 0.75, 0.92, 0.1, 0.3],
};
