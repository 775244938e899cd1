import type { QueueEntry } from "@segue/client-sdk";
import { type KeyboardEvent, type PointerEvent, useRef, useState } from "react";
import { dropIndex } from "../lib/virtual";
import { ArtistLinks, Artwork, IconButton } from "../parts/bits";
import { Icon } from "../parts/Icon";
import { useClient, usePlayerState } from "../state/client";
import { useUi } from "../state/ui";

const ROW_PX = 60;
const SHOWN = 50;

function Words({ entry, onPlay }: { entry: QueueEntry; onPlay?: () => void }) {
  const { track } = entry;
  return (
    <>
      <span className="queue-art">
        <Artwork url={track.album.imageUrl} />
        {onPlay && (
          <IconButton icon="play" label={`Play ${track.title}`} className="queue-play" onClick={onPlay} />
        )}
      </span>
      <span className="row-words">
        <span className="row-name">{track.title}</span>
        <span className="row-artists">
          <ArtistLinks artists={track.artists} />
        </span>
      </span>
    </>
  );
}

/** What the listener queued: moved by dragging the handle, or by arrow keys on it. */
function UpNext({ entries }: { entries: readonly QueueEntry[] }) {
  const { player } = useClient();
  const { act } = useUi();
  const list = useRef<HTMLOListElement>(null);
  const [drag, setDrag] = useState<{ uid: string; to: number } | null>(null);
  const [spoken, setSpoken] = useState("");

  /** Moves entry `from` so that it ends before what is now at `before`. */
  const move = (from: number, before: number) => {
    const entry = entries[from];
    if (!entry || before === from || before === from + 1) return;
    act(() => player.moveInQueue(entry.uid, entries[before]?.uid ?? null));
    setSpoken(
      `${entry.track.title}, place ${(before > from ? before - 1 : before) + 1} of ${entries.length}`,
    );
  };
  const onKey = (event: KeyboardEvent, index: number) => {
    const up = event.key === "ArrowUp";
    if (!up && event.key !== "ArrowDown") return;
    event.preventDefault();
    if (up && index > 0) move(index, index - 1);
    if (!up && index < entries.length - 1) move(index, index + 2);
    const to = Math.min(entries.length - 1, Math.max(0, index + (up ? -1 : 1)));
    requestAnimationFrame(() => list.current?.querySelectorAll<HTMLElement>(".queue-handle")[to]?.focus());
  };
  const target = (event: PointerEvent) => {
    const top = list.current?.getBoundingClientRect().top ?? 0;
    return dropIndex(event.clientY - top, ROW_PX, entries.length);
  };
  return (
    <>
      <ol className="queue-list" ref={list} aria-label="Up next">
        {entries.map((entry, index) => (
          <li
            key={entry.uid}
            className="queue-row"
            data-drag={drag?.uid === entry.uid || undefined}
            data-drop={
              drag && drag.to === index
                ? "before"
                : drag && drag.to === entries.length && index === entries.length - 1
                  ? "after"
                  : undefined
            }
          >
            <Words entry={entry} onPlay={() => act(() => player.skipTo(entry.uid))} />
            <IconButton
              icon="close"
              label={`Remove ${entry.track.title}`}
              className="queue-remove"
              onClick={() => act(() => player.removeFromQueue(entry.uid))}
            />
            <button
              type="button"
              className="icon-button queue-handle"
              aria-label={`Move ${entry.track.title}, place ${index + 1} of ${entries.length}`}
              title="Drag, or press the arrow keys"
              onKeyDown={(event) => onKey(event, index)}
              onPointerDown={(event) => {
                event.currentTarget.setPointerCapture(event.pointerId);
                setDrag({ uid: entry.uid, to: index });
              }}
              onPointerMove={(event) => drag && setDrag({ uid: entry.uid, to: target(event) })}
              onPointerUp={(event) => {
                if (drag) move(index, target(event));
                setDrag(null);
              }}
              onPointerCancel={() => setDrag(null)}
            >
              <Icon name="drag" />
            </button>
          </li>
        ))}
      </ol>
      <span className="sr-only" role="status">
        {spoken}
      </span>
    </>
  );
}

export function QueuePanel() {
  const { player } = useClient();
  const { act } = useUi();
  const { current, upNext, contextNext, context } = usePlayerState();
  if (!current && upNext.length === 0) {
    return (
      <p className="empty">
        The queue is empty. Play an album, or add tracks with the button at the end of each row.
      </p>
    );
  }
  return (
    <>
      {current && (
        <section aria-labelledby="queue-now">
          <h3 id="queue-now">Now</h3>
          <div className="queue-row" data-current>
            <Words entry={current} />
          </div>
        </section>
      )}
      {upNext.length > 0 && (
        <section aria-labelledby="queue-next">
          <div className="panel-row">
            <h3 id="queue-next">Up next</h3>
            <button type="button" className="link" onClick={() => act(() => player.clearUpNext())}>
              Clear
            </button>
          </div>
          <UpNext entries={upNext} />
        </section>
      )}
      {contextNext.length > 0 && (
        <section aria-labelledby="queue-context">
          <h3 id="queue-context">{context ? `Then from ${context.title}` : "Then"}</h3>
          <ol className="queue-list">
            {contextNext.slice(0, SHOWN).map((entry) => (
              <li key={entry.uid} className="queue-row">
                <Words entry={entry} onPlay={() => act(() => player.skipTo(entry.uid))} />
              </li>
            ))}
          </ol>
          {contextNext.length > SHOWN && (
            <p className="empty">And {(contextNext.length - SHOWN).toLocaleString("en")} more.</p>
          )}
        </section>
      )}
    </>
  );
}
