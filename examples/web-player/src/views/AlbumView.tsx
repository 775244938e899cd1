import { longTime, trackCount } from "../lib/format";
import { ArtistLinks, ErrorMessage } from "../parts/bits";
import { TrackList } from "../parts/TrackList";
import { useClient } from "../state/client";
import { useTrackPages } from "../state/pages";
import { useResource } from "../state/resource";
import { useUi } from "../state/ui";
import { Header, HeaderSkeleton } from "./Header";
import { useContextPlaying, useTitle } from "./hooks";

export function AlbumView({ id }: { id: string }) {
  const { api, player } = useClient();
  const { act } = useUi();
  const album = useResource(`album/${id}`, () => api.album(id));
  const pages = useTrackPages(`album/${id}`, (options) => api.albumTracks(id, options));
  const playing = useContextPlaying(id);
  useTitle(album.data?.title ?? null);
  if (album.status === "failed") return <ErrorMessage error={album.error} onRetry={album.retry} />;
  if (album.status === "loading") return <HeaderSkeleton />;
  const { title, artists, imageUrl, releaseDate, genres, durationMs } = album.data;
  return (
    <div className="view">
      <Header
        kind="Album"
        title={title}
        imageUrl={imageUrl}
        playing={playing === "yes"}
        onPlay={() => act(() => (playing === "no" ? player.playAlbum(id) : player.toggle()))}
        onShuffle={() => act(() => player.playAlbum(id, { shuffle: true }))}
      >
        <p className="head-artists">
          <ArtistLinks artists={artists} />
        </p>
        <p>
          {[releaseDate?.slice(0, 4), genres[0], trackCount(album.data.trackCount), longTime(durationMs)]
            .filter(Boolean)
            .join(" · ")}
        </p>
      </Header>
      <TrackList
        label={`Tracks of ${title}`}
        pages={pages}
        count={album.data.trackCount}
        albumNumbers
        onPlay={(startIndex) => player.playAlbum(id, { startIndex })}
      />
    </div>
  );
}
