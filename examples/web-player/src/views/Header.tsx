import type { ReactNode } from "react";
import { Artwork, IconButton, Skeleton } from "../parts/bits";
import { Icon } from "../parts/Icon";

interface HeaderProps {
  readonly kind: string;
  readonly title: string;
  readonly imageUrl: string | null;
  readonly round?: boolean;
  readonly children?: ReactNode;
  readonly playing: boolean;
  readonly onPlay: () => void;
  readonly onShuffle: () => void;
}

/** The head of an album, artist or playlist: artwork, a large title, what it is, and play. */
export function Header({
  kind,
  title,
  imageUrl,
  round = false,
  children,
  playing,
  onPlay,
  onShuffle,
}: HeaderProps) {
  const size = title.length > 34 ? "long" : title.length > 18 ? "medium" : "short";
  return (
    <header className="head">
      <Artwork url={imageUrl} round={round} eager />
      <div className="head-words">
        <p className="kind">{kind}</p>
        <h1 tabIndex={-1} data-size={size}>
          {title}
        </h1>
        <div className="head-meta">{children}</div>
        <div className="head-actions">
          <button type="button" className="button button-primary" onClick={onPlay}>
            <Icon name={playing ? "pause" : "play"} />
            {playing ? "Pause" : "Play"}
          </button>
          <IconButton icon="shuffle" label={`Shuffle ${title}`} onClick={onShuffle} />
        </div>
      </div>
    </header>
  );
}

export function HeaderSkeleton({ round = false }: { round?: boolean }) {
  return (
    <div className="view" aria-busy="true" aria-label="Loading" role="status">
      <header className="head">
        <Skeleton className={round ? "artwork artwork-round" : "artwork"} />
        <div className="head-words">
          <Skeleton className="line w-10" />
          <Skeleton className="line title w-60" />
          <Skeleton className="line w-40" />
          <Skeleton className="pill" />
        </div>
      </header>
      <div className="tracks-loading">
        {[0, 1, 2, 3, 4, 5].map((n) => (
          <Skeleton key={n} className="line row-line" />
        ))}
      </div>
    </div>
  );
}
