import type { ShelfItem } from "@segue/client-sdk";
import { ErrorMessage } from "../parts/bits";
import { TrackList } from "../parts/TrackList";
import { useClient } from "../state/client";
import { useTrackPages } from "../state/pages";
import { useResource } from "../state/resource";
import { useUi } from "../state/ui";
import { Header, HeaderSkeleton } from "./Header";
import { ShelfItems } from "./Home";
import { useContextPlaying, useTitle } from "./hooks";

const TOP_TRACKS = 10;

export function ArtistView({ id }: { id: string }) {
  const { api, player } = useClient();
  const { act } = useUi();
  const artist = useResource(`artist/${id}`, () => api.artist(id));
  const albums = useResource(`artist/${id}/albums`, () => api.artistAlbums(id, { limit: 50 }));
  const pages = useTrackPages(`artist/${id}`, async (options) => {
    const page = await api.artistTracks(id, { ...options, limit: TOP_TRACKS });
    return { items: page.items.slice(0, TOP_TRACKS), nextCursor: null };
  });
  const playing = useContextPlaying(id);
  useTitle(artist.data?.name ?? null);
  if (artist.status === "failed") return <ErrorMessage error={artist.error} onRetry={artist.retry} />;
  if (artist.status === "loading") return <HeaderSkeleton round />;
  const { name, genres, imageUrl } = artist.data;
  const play = (startIndex: number, shuffle = false) =>
    player.playContext({ kind: "artist", id, title: name }, pages.tracks, { startIndex, shuffle });
  const items: ShelfItem[] = (albums.data?.items ?? []).map((album) => ({ kind: "album", album }));
  return (
    <div className="view">
      <Header
        kind="Artist"
        title={name}
        imageUrl={imageUrl}
        round
        playing={playing === "yes"}
        onPlay={() => act(() => (playing === "no" ? play(0) : player.toggle()))}
        onShuffle={() => act(() => play(0, true))}
      >
        <p>{genres.join(" · ")}</p>
      </Header>
      <section className="section" aria-labelledby="top-tracks">
        <h2 id="top-tracks">Top tracks</h2>
        <TrackList label={`Top tracks of ${name}`} pages={pages} count={TOP_TRACKS} albums onPlay={play} />
      </section>
      <section className="shelf" aria-labelledby="albums">
        <h2 id="albums">Albums</h2>
        {albums.status === "failed" ? (
          <ErrorMessage error={albums.error} onRetry={albums.retry} />
        ) : albums.status === "ready" && items.length === 0 ? (
          <p className="empty">No albums yet.</p>
        ) : (
          <ShelfItems items={items} />
        )}
      </section>
    </div>
  );
}
