import { useRef } from "react";
import { usePlayerState } from "../state/client";
import { useUi } from "../state/ui";
import { ArtistLinks, Artwork } from "./bits";
import { Dialog } from "./Dialog";
import { Icon } from "./Icon";
import { PlayCount } from "./PlayCount";
import { Seek, Volume } from "./Seek";
import { Transport } from "./Transport";

/** Now playing over the whole screen, for small ones. */
export function NowSheet() {
  const ui = useUi();
  const state = usePlayerState();
  const elapsed = useRef<HTMLSpanElement>(null);
  const total = useRef<HTMLSpanElement>(null);
  const track = state.current?.track;
  return (
    <Dialog
      open={ui.sheet && track !== undefined}
      label="Now playing"
      className="sheet"
      onClose={() => ui.setSheet(false)}
    >
      {track && (
        <>
          {state.context && <p className="sheet-from">{state.context.title}</p>}
          <Artwork url={track.album.imageUrl} eager />
          <div className="sheet-words">
            <p className="sheet-title">{track.title}</p>
            <p className="sheet-artists">
              <ArtistLinks artists={track.artists} />
              <PlayCount trackId={track.id} />
            </p>
          </div>
          <div>
            <Seek elapsedRef={elapsed} remainRef={total} />
            <div className="sheet-times" aria-hidden="true">
              <span ref={elapsed}>0:00</span>
              <span ref={total}>0:00</span>
            </div>
          </div>
          <Transport />
          <div className="sheet-volume">
            <Icon name="volume" />
            <Volume />
          </div>
        </>
      )}
    </Dialog>
  );
}
