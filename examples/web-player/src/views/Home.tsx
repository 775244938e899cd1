import type { Shelf, ShelfItem } from "@segue/client-sdk";
import { routeHref } from "../lib/router";
import { Artwork, ErrorMessage, Message, Skeleton } from "../parts/bits";
import { useAuth, useClient } from "../state/client";
import { useResource } from "../state/resource";

/** Shelves of the home view; also where the library takes its playlists from. */
export function useHome() {
  const { api } = useClient();
  return useResource("home", () => api.home());
}

export function describeItem(item: ShelfItem): {
  id: string;
  title: string;
  note: string;
  imageUrl: string | null;
  href: string;
} {
  if (item.kind === "album") {
    const { id, title, artists, imageUrl } = item.album;
    return {
      id,
      title,
      note: artists.map((a) => a.name).join(", "),
      imageUrl,
      href: routeHref({ name: "album", id }),
    };
  }
  if (item.kind === "artist") {
    const { id, name, genres, imageUrl } = item.artist;
    return {
      id,
      title: name,
      note: genres.slice(0, 2).join(", "),
      imageUrl,
      href: routeHref({ name: "artist", id }),
    };
  }
  const { id, title, description, imageUrl } = item.playlist;
  return { id, title, note: description, imageUrl, href: routeHref({ name: "playlist", id }) };
}

export function ShelfItems({ items, dense = false }: { items: readonly ShelfItem[]; dense?: boolean }) {
  return (
    <ul className={dense ? "rowset" : "shelf-items"}>
      {items.map((item) => {
        const { id, title, note, imageUrl, href } = describeItem(item);
        return (
          <li key={id}>
            <a className="tile" href={href}>
              <Artwork url={imageUrl} round={item.kind === "artist"} />
              <span className="tile-words">
                <span className="tile-title">{title}</span>
                <span className="tile-note">{note}</span>
              </span>
            </a>
          </li>
        );
      })}
    </ul>
  );
}

function ShelfView({ shelf }: { shelf: Shelf }) {
  const playlists = shelf.items.length > 0 && shelf.items.every((item) => item.kind === "playlist");
  return (
    <section className="shelf" aria-labelledby={`shelf-${shelf.id}`}>
      <h2 id={`shelf-${shelf.id}`}>{shelf.title}</h2>
      <ShelfItems items={shelf.items} dense={playlists} />
    </section>
  );
}

function greeting(hour: number): string {
  if (hour < 5) return "Still up";
  if (hour < 12) return "Good morning";
  return hour < 18 ? "Good afternoon" : "Good evening";
}

export function Home() {
  const home = useHome();
  const auth = useAuth();
  const name = auth.kind === "signed_in" ? auth.user.name.split(" ")[0] : "";
  if (home.status === "failed") return <ErrorMessage error={home.error} onRetry={home.retry} />;
  const shelves = home.data?.shelves.filter((shelf) => shelf.items.length > 0) ?? [];
  if (home.status === "ready" && shelves.length === 0) {
    return (
      <Message title="Nothing here yet">
        Run npm run ingest with a folder of music, and it appears here.
      </Message>
    );
  }
  return (
    <div className="view home">
      <h1 className="greeting" tabIndex={-1}>
        {greeting(new Date().getHours())}, {name}
      </h1>
      {home.status === "loading"
        ? [0, 1].map((n) => (
            <div className="shelf" key={n} aria-busy="true">
              <Skeleton className="line w-20 heading" />
              <ul className="shelf-items">
                {[0, 1, 2, 3, 4, 5, 6, 7].map((i) => (
                  <li key={i}>
                    <span className="tile">
                      <Skeleton className="artwork" />
                      <span className="tile-words">
                        <Skeleton className="line w-60" />
                        <Skeleton className="line w-40" />
                      </span>
                    </span>
                  </li>
                ))}
              </ul>
            </div>
          ))
        : shelves.map((shelf) => <ShelfView key={shelf.id} shelf={shelf} />)}
    </div>
  );
}
