import type { Track } from "@segue/client-sdk";
import { memo, useLayoutEffect, useRef } from "react";
import { clockTime, spokenTime } from "../lib/format";
import { routeHref } from "../lib/router";
import { ArtistLinks, Artwork, IconButton, Skeleton } from "./bits";
import { Icon } from "./Icon";
import { Menu } from "./Menu";
import { PlayCount } from "./PlayCount";

export interface RowActions {
  play(index: number): void;
  queue(track: Track): void;
  playNext(track: Track): void;
  select(index: number): void;
}

interface RowProps {
  readonly index: number;
  readonly top: number;
  readonly number: number;
  readonly track: Track | undefined;
  readonly playing: "no" | "paused" | "yes";
  readonly selected: boolean;
  readonly albums: boolean;
  readonly actions: RowActions;
}

/** One track: double click or Enter plays it. */
export const TrackRow = memo(function TrackRow({
  index,
  top,
  number,
  track,
  playing,
  selected,
  albums,
  actions,
}: RowProps) {
  const row = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (row.current) row.current.style.transform = `translateY(${top}px)`;
  }, [top]);
  if (!track) {
    return (
      <div
        className="row"
        ref={row}
        role="row"
        tabIndex={selected ? 0 : -1}
        aria-rowindex={index + 1}
        aria-busy="true"
      >
        <span key="waiting" className="row-title" role="gridcell">
          <Skeleton className="line w-40" />
          <Skeleton className="line w-25" />
        </span>
      </div>
    );
  }
  const failed = track.mediaState === "failed";
  return (
    <div
      className="row"
      ref={row}
      role="row"
      tabIndex={selected ? 0 : -1}
      aria-rowindex={index + 1}
      aria-current={playing === "no" ? undefined : "true"}
      data-row={index}
      data-state={track.mediaState}
      onDoubleClick={() => actions.play(index)}
      onFocus={() => actions.select(index)}
    >
      <span className="row-number" role="gridcell">
        <span className="row-ordinal">{playing === "no" ? number : <Icon name="sounding" />}</span>
        <IconButton
          icon={playing === "yes" ? "pause" : "play"}
          label={`${playing === "yes" ? "Pause" : "Play"} ${track.title}`}
          className="row-play"
          disabled={failed}
          onClick={() => actions.play(index)}
        />
      </span>
      <span className="row-title" role="gridcell">
        {albums && <Artwork url={track.album.imageUrl} />}
        <span className="row-words">
          <span className="row-name">{track.title}</span>
          <span className="row-artists">
            {track.explicit && (
              <abbr className="explicit" title="Explicit">
                E
              </abbr>
            )}
            <ArtistLinks artists={track.artists} quiet={!selected} />
          </span>
        </span>
      </span>
      <span className="row-album" role="gridcell">
        {albums && (
          <a href={routeHref({ name: "album", id: track.album.id })} tabIndex={selected ? undefined : -1}>
            {track.album.title}
          </a>
        )}
      </span>
      <span className="row-state" role="gridcell">
        {track.mediaState === "ready" && <PlayCount trackId={track.id} />}
        {track.mediaState === "preparing" && "Preparing"}
        {failed && "Not playable"}
      </span>
      <span className="row-actions" role="gridcell">
        <IconButton
          icon="playNext"
          label={`Play ${track.title} next`}
          className="wide-only"
          onClick={() => actions.playNext(track)}
        />
        <IconButton
          icon="add"
          label={`Add ${track.title} to the queue`}
          className="wide-only"
          onClick={() => actions.queue(track)}
        />
        <span className="touch-only">
          <Menu
            label={`More for ${track.title}`}
            items={[
              { label: "Play next", run: () => actions.playNext(track) },
              { label: "Add to queue", run: () => actions.queue(track) },
              ...track.artists.slice(0, 1).map((artist) => ({
                label: `Go to ${artist.name}`,
                run: () => {
                  window.location.hash = routeHref({ name: "artist", id: artist.id });
                },
              })),
              {
                label: "Go to album",
                run: () => {
                  window.location.hash = routeHref({ name: "album", id: track.album.id });
                },
              },
            ]}
          />
        </span>
      </span>
      <span className="row-time" role="gridcell">
        <span aria-hidden="true">{clockTime(track.durationMs)}</span>
        <span className="sr-only">{spokenTime(track.durationMs)}</span>
      </span>
    </div>
  );
});
