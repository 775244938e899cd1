import { trackCount } from "../lib/format";
import { ErrorMessage } from "../parts/bits";
import { TrackList } from "../parts/TrackList";
import { useClient } from "../state/client";
import { useTrackPages } from "../state/pages";
import { useResource } from "../state/resource";
import { useUi } from "../state/ui";
import { Header, HeaderSkeleton } from "./Header";
import { useContextPlaying, useTitle } from "./hooks";

export function PlaylistView({ id }: { id: string }) {
  const { api, player } = useClient();
  const { act } = useUi();
  const playlist = useResource(`playlist/${id}`, () => api.playlist(id));
  const pages = useTrackPages(`playlist/${id}`, (options) => api.playlistTracks(id, options));
  const playing = useContextPlaying(id);
  useTitle(playlist.data?.title ?? null);
  if (playlist.status === "failed") return <ErrorMessage error={playlist.error} onRetry={playlist.retry} />;
  if (playlist.status === "loading") return <HeaderSkeleton />;
  const { title, description, owner, imageUrl } = playlist.data;
  return (
    <div className="view">
      <Header
        kind="Playlist"
        title={title}
        imageUrl={imageUrl}
        playing={playing === "yes"}
        onPlay={() => act(() => (playing === "no" ? player.playPlaylist(id) : player.toggle()))}
        onShuffle={() => act(() => player.playPlaylist(id, { shuffle: true }))}
      >
        {description && <p className="head-artists">{description}</p>}
        <p>
          {owner.name} · {trackCount(playlist.data.trackCount)}
        </p>
      </Header>
      <TrackList
        label={`Tracks of ${title}`}
        pages={pages}
        count={playlist.data.trackCount}
        albums
        onPlay={(startIndex) => player.playPlaylist(id, { startIndex })}
      />
    </div>
  );
}
