import { type KeyboardEvent, useCallback, useLayoutEffect, useMemo, useRef, useState } from "react";
import { scrollToRow, type Viewport, visibleRows } from "../lib/virtual";
import { useClient, usePlayer } from "../state/client";
import type { TrackPages } from "../state/pages";
import { useUi } from "../state/ui";
import { ErrorMessage } from "./bits";
import { type RowActions, TrackRow } from "./TrackRow";

const ROW_PX = 60;

interface ListProps {
  readonly label: string;
  readonly pages: TrackPages;
  /** Rows in the whole list, also those that have not arrived. */
  readonly count: number;
  readonly albums?: boolean;
  /** Numbers rows by their place on the album instead of in the list. */
  readonly albumNumbers?: boolean;
  readonly onPlay: (index: number) => Promise<void>;
}

/** A list of tracks of any length: only the rows in view exist. */
export function TrackList({ label, pages, count, albums = false, albumNumbers = false, onPlay }: ListProps) {
  const { player } = useClient();
  const ui = useUi();
  const list = useRef<HTMLDivElement>(null);
  const [range, setRange] = useState({ first: 0, end: Math.min(count, 24) });
  const [selected, setSelected] = useState(0);
  const currentId = usePlayer((state) => state.current?.track.id ?? null);
  const sounding = usePlayer((state) => state.status === "playing" || state.status === "buffering");
  const { tracks, need } = pages;
  const rows = pages.complete ? tracks.length : Math.max(count, tracks.length);

  const viewport = useCallback((): { view: Viewport; scroller: HTMLElement } | null => {
    const scroller = list.current?.closest<HTMLElement>("[data-scroll]");
    if (!scroller || !list.current) return null;
    const listTop =
      list.current.getBoundingClientRect().top - scroller.getBoundingClientRect().top + scroller.scrollTop;
    return { scroller, view: { scrollTop: scroller.scrollTop, height: scroller.clientHeight, listTop } };
  }, []);

  useLayoutEffect(() => {
    const found = viewport();
    if (!found) return;
    const { scroller } = found;
    const update = () => {
      const now = viewport();
      if (!now) return;
      const next = visibleRows(now.view, ROW_PX, rows);
      setRange((old) => (old.first === next.first && old.end === next.end ? old : next));
      need(next.end - 1);
    };
    update();
    scroller.addEventListener("scroll", update, { passive: true });
    const resize = new ResizeObserver(update);
    resize.observe(scroller);
    return () => {
      scroller.removeEventListener("scroll", update);
      resize.disconnect();
    };
  }, [viewport, rows, need]);

  useLayoutEffect(() => {
    if (list.current) list.current.style.height = `${rows * ROW_PX}px`;
  }, [rows]);

  const play = useRef(onPlay);
  play.current = onPlay;
  const held = useRef({ tracks, currentId, ui });
  held.current = { tracks, currentId, ui };
  const actions = useMemo<RowActions>(
    () => ({
      play(index) {
        const { tracks, currentId, ui } = held.current;
        const track = tracks[index];
        if (!track) return;
        ui.act(() => (track.id === currentId ? player.toggle() : play.current(index)));
      },
      queue(track) {
        held.current.ui.act(() => player.addToQueue([track]));
        held.current.ui.say("Added to the queue", track.title);
      },
      playNext(track) {
        held.current.ui.act(() => player.playNext([track]));
        held.current.ui.say("Plays next", track.title);
      },
      select: setSelected,
    }),
    [player],
  );

  const move = (to: number) => {
    const index = Math.min(rows - 1, Math.max(0, to));
    setSelected(index);
    const found = viewport();
    const top = found && scrollToRow(found.view, ROW_PX, index, { top: 8, bottom: 8 });
    if (found && top !== null) found.scroller.scrollTop = top;
    // After the scroll event has brought the row into being.
    const focus = () =>
      list.current
        ?.querySelector<HTMLElement>(`[aria-rowindex="${index + 1}"]`)
        ?.focus({ preventScroll: true });
    requestAnimationFrame(() => requestAnimationFrame(focus));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const onRow = (event.target as HTMLElement).matches("[role=row]");
    const page = Math.max(1, Math.floor((viewport()?.view.height ?? 600) / ROW_PX) - 1);
    const steps: Record<string, number> = {
      ArrowDown: selected + 1,
      ArrowUp: selected - 1,
      PageDown: selected + page,
      PageUp: selected - page,
      Home: 0,
      End: rows - 1,
    };
    const to = steps[event.key];
    if (to !== undefined) move(to);
    else if (event.key === "Enter" && onRow) actions.play(selected);
    else return;
    event.preventDefault();
  };

  if (rows === 0 && pages.complete) return <p className="empty">There are no tracks here yet.</p>;
  const shown = [];
  // The selected row stays in being, so that Tab always finds the list.
  const indexes = new Set<number>();
  for (let i = range.first; i < Math.min(range.end, rows); i++) indexes.add(i);
  if (rows > 0) indexes.add(Math.min(selected, rows - 1));
  for (const i of [...indexes].sort((a, b) => a - b)) {
    const track = tracks[i];
    const current = track !== undefined && track.id === currentId;
    shown.push(
      <TrackRow
        key={i}
        index={i}
        top={i * ROW_PX}
        number={albumNumbers && track ? track.trackNumber : i + 1}
        track={track}
        playing={current ? (sounding ? "yes" : "paused") : "no"}
        selected={i === Math.min(selected, rows - 1)}
        albums={albums}
        actions={actions}
      />,
    );
  }
  return (
    <>
      <div
        className={albums ? "tracks tracks-albums" : "tracks"}
        ref={list}
        role="grid"
        aria-label={label}
        aria-rowcount={rows}
        onKeyDown={onKeyDown}
      >
        {shown}
      </div>
      {pages.error && <ErrorMessage error={pages.error} onRetry={pages.retry} />}
    </>
  );
}
