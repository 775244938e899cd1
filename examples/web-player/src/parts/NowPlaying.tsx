import { useRef } from "react";
import { routeHref } from "../lib/router";
import { useClient, useConnect, usePlayerState } from "../state/client";
import { whereElse } from "../state/session-player";
import { useUi } from "../state/ui";
import { ArtistLinks, Artwork, IconButton } from "./bits";
import { Icon } from "./Icon";
import { PlayCount } from "./PlayCount";
import { Seek, Volume } from "./Seek";
import { StatusStrip } from "./StatusStrip";
import { Transport } from "./Transport";

/** The bar at the bottom, always there. */
export function NowPlaying() {
  const { player } = useClient();
  const ui = useUi();
  const state = usePlayerState();
  const elapsed = useRef<HTMLSpanElement>(null);
  const total = useRef<HTMLSpanElement>(null);
  const track = state.current?.track;
  const on = state.status === "playing" || state.status === "buffering" || state.status === "loading";
  const elsewhere = whereElse(useConnect());
  const waiting = state.status === "buffering" ? "Buffering" : state.status === "loading" ? "Starting" : null;
  return (
    <section className="bar" aria-label="Now playing">
      <StatusStrip />
      <Seek elapsedRef={elapsed} remainRef={total} />
      <div className="bar-track">
        <Artwork url={track?.album.imageUrl ?? null} eager />
        {track ? (
          <div className="bar-words">
            <a className="bar-title" href={routeHref({ name: "album", id: track.album.id })}>
              {track.title}
            </a>
            <span className="bar-artists">
              <ArtistLinks artists={track.artists} />
              <PlayCount trackId={track.id} />
            </span>
          </div>
        ) : (
          <div className="bar-words">
            <span className="bar-title">Nothing is playing</span>
            <span className="bar-artists">Choose an album, and it starts here.</span>
          </div>
        )}
        <button
          type="button"
          className="bar-open"
          aria-label="Open now playing"
          onClick={() => ui.setSheet(true)}
          disabled={!track}
        />
      </div>
      <div className="bar-middle">
        <span className="bar-time" ref={elapsed} aria-hidden="true">
          0:00
        </span>
        <Transport />
        <span className="bar-time" ref={total} aria-hidden="true">
          0:00
        </span>
      </div>
      <div className="bar-compact">
        <IconButton
          icon={on ? "pause" : "play"}
          label={on ? "Pause" : "Play"}
          disabled={!track}
          onClick={() => ui.act(() => player.toggle())}
        />
        <IconButton
          icon="next"
          label="Next"
          disabled={!state.canNext}
          onClick={() => ui.act(() => player.next())}
        />
      </div>
      <div className="bar-right">
        <span className="bar-where" data-elsewhere={elsewhere !== null || undefined}>
          {elsewhere ? `Playing on ${elsewhere}` : (waiting ?? "This browser")}
        </span>
        <IconButton
          icon="devices"
          label="Devices"
          keys="D"
          pressed={ui.panel === "devices"}
          className="toggle"
          onClick={() => ui.togglePanel("devices")}
        />
        <IconButton
          icon="queue"
          label="Queue"
          keys="Q"
          pressed={ui.panel === "queue"}
          className="toggle"
          onClick={() => ui.togglePanel("queue")}
        />
        <IconButton
          icon="inspector"
          label="Inspector"
          keys="I"
          pressed={ui.panel === "inspector"}
          className="toggle"
          onClick={() => ui.togglePanel("inspector")}
        />
        <span className="bar-volume">
          <Icon name={state.volume === 0 ? "mute" : "volume"} />
          <Volume />
        </span>
      </div>
    </section>
  );
}
