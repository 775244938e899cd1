import { type ArtistRef, ERROR_TABLE, type SegueError } from "@segue/client-sdk";
import { Fragment, type ReactNode, useState } from "react";
import { routeHref } from "../lib/router";
import { useClient } from "../state/client";
import { Icon, type IconName } from "./Icon";

interface ButtonProps {
  readonly icon: IconName;
  readonly label: string;
  readonly onClick: () => void;
  readonly pressed?: boolean;
  readonly disabled?: boolean;
  readonly className?: string;
  readonly keys?: string;
}

export function IconButton({ icon, label, onClick, pressed, disabled, className = "", keys }: ButtonProps) {
  return (
    <button
      type="button"
      className={`icon-button ${className}`}
      aria-label={label}
      aria-pressed={pressed}
      aria-keyshortcuts={keys}
      title={keys ? `${label} (${keys})` : label}
      disabled={disabled}
      onClick={onClick}
    >
      <Icon name={icon} />
    </button>
  );
}

/** Artwork that keeps its place while it loads, and a quiet mark where there is none. Always beside its title, so unnamed. */
export function Artwork({
  url,
  round = false,
  eager = false,
}: {
  url: string | null;
  round?: boolean;
  eager?: boolean;
}) {
  const { api } = useClient();
  const [broken, setBroken] = useState<string | null>(null);
  return (
    <span className={round ? "artwork artwork-round" : "artwork"}>
      {url && broken !== url ? (
        <img
          src={api.resolveUrl(url)}
          alt=""
          crossOrigin="anonymous"
          decoding="async"
          loading={eager ? "eager" : "lazy"}
          onError={() => setBroken(url)}
        />
      ) : (
        <Icon name="sounding" />
      )}
    </span>
  );
}

export function ArtistLinks({ artists, quiet = false }: { artists: readonly ArtistRef[]; quiet?: boolean }) {
  return artists.map((artist, i) => (
    <Fragment key={artist.id}>
      {i > 0 && ", "}
      <a href={routeHref({ name: "artist", id: artist.id })} tabIndex={quiet ? -1 : undefined}>
        {artist.name}
      </a>
    </Fragment>
  ));
}

export function Skeleton({ className }: { className: string }) {
  return <span className={`skeleton ${className}`} aria-hidden="true" />;
}

/** A whole view that has nothing to show, and says why and what to do. */
export function Message({
  title,
  children,
  action,
}: {
  title: string;
  children?: ReactNode;
  action?: ReactNode;
}) {
  return (
    <div className="message">
      <h1 tabIndex={-1}>{title}</h1>
      {children && <p>{children}</p>}
      {action}
    </div>
  );
}

export function ErrorMessage({ error, onRetry }: { error: SegueError; onRetry: () => void }) {
  const gone = error.code === "not_found" || error.code === "invalid_id";
  return (
    <div role="alert">
      <Message
        title={gone ? "This page is not here" : ERROR_TABLE[error.code].title}
        action={
          gone ? (
            <a className="button" href="#/">
              Go home
            </a>
          ) : (
            <button type="button" className="button" onClick={onRetry}>
              Try again
            </button>
          )
        }
      >
        {gone ? "It may have been withdrawn, or the link may be incomplete." : error.remedy}
        {error.supportId && <span className="support"> Support id {error.supportId}</span>}
      </Message>
    </div>
  );
}
