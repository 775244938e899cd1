import { useEffect, useRef, useState } from "react";
import { routeHref } from "./lib/router";
import { DevicesPanel } from "./panels/DevicesPanel";
import { InspectorPanel } from "./panels/InspectorPanel";
import { QueuePanel } from "./panels/QueuePanel";
import { Artwork, IconButton, Message } from "./parts/bits";
import { Help, signOut } from "./parts/Help";
import { Icon } from "./parts/Icon";
import { NowPlaying } from "./parts/NowPlaying";
import { NowSheet } from "./parts/NowSheet";
import { useAuth, useClient, usePlayer } from "./state/client";
import { useUi } from "./state/ui";
import { useAccent } from "./state/use-accent";
import { useOnline } from "./state/use-online";
import { useRoute } from "./state/use-route";
import { useShortcuts } from "./state/use-shortcuts";
import { AlbumView } from "./views/AlbumView";
import { ArtistView } from "./views/ArtistView";
import { Home, useHome } from "./views/Home";
import { useTitle } from "./views/hooks";
import { PlaylistView } from "./views/PlaylistView";
import { SignIn } from "./views/SignIn";

function Library() {
  const route = useRoute();
  const ui = useUi();
  const auth = useAuth();
  const client = useClient();
  const home = useHome();
  const playlists = (home.data?.shelves ?? [])
    .flatMap((shelf) => shelf.items)
    .flatMap((item) => (item.kind === "playlist" ? [item.playlist] : []))
    .filter((playlist, i, all) => all.findIndex((other) => other.id === playlist.id) === i);
  const user = auth.kind === "signed_in" ? auth.user : null;
  return (
    <nav className="library" aria-label="Library">
      <a className="wordmark" href="#/" aria-label="Segue, home">
        segue
      </a>
      <a
        className="library-link library-home"
        href="#/"
        aria-current={route.name === "home" ? "page" : undefined}
      >
        <Icon name="home" /> Home
      </a>
      <button
        type="button"
        className="library-link library-tab"
        aria-pressed={ui.panel === "queue"}
        onClick={() => ui.togglePanel("queue")}
      >
        <Icon name="queue" /> Queue
      </button>
      <button
        type="button"
        className="library-link library-tab"
        aria-pressed={ui.panel === "devices"}
        onClick={() => ui.togglePanel("devices")}
      >
        <Icon name="devices" /> Devices
      </button>
      <button
        type="button"
        className="library-link library-tab"
        aria-pressed={ui.panel === "inspector"}
        onClick={() => ui.togglePanel("inspector")}
      >
        <Icon name="inspector" /> Inspector
      </button>
      <button type="button" className="library-link library-tab" onClick={() => ui.setHelp(true)}>
        <Icon name="person" /> Account
      </button>
      {playlists.length > 0 && (
        <div className="library-lists">
          <h2>Playlists</h2>
          <ul>
            {playlists.map((playlist) => (
              <li key={playlist.id}>
                <a
                  className="library-link"
                  href={routeHref({ name: "playlist", id: playlist.id })}
                  aria-current={route.name === "playlist" && route.id === playlist.id ? "page" : undefined}
                >
                  <Artwork url={playlist.imageUrl} />
                  <span>{playlist.title}</span>
                </a>
              </li>
            ))}
          </ul>
        </div>
      )}
      <div className="library-foot">
        <span className="library-user">
          <strong>{user?.name}</strong>
          <span>{user?.plan === "premium" ? "Premium" : "Free"}</span>
        </span>
        <button type="button" className="link" onClick={() => ui.act(() => signOut(client))}>
          Sign out
        </button>
        <IconButton icon="help" label="Keyboard shortcuts" keys="?" onClick={() => ui.setHelp(true)} />
      </div>
    </nav>
  );
}

function View() {
  const route = useRoute();
  switch (route.name) {
    case "home":
      return <HomeView />;
    case "album":
      return <AlbumView key={route.id} id={route.id} />;
    case "artist":
      return <ArtistView key={route.id} id={route.id} />;
    case "playlist":
      return <PlaylistView key={route.id} id={route.id} />;
    case "not_found":
      return (
        <Message
          title="There is no such page"
          action={
            <a className="button" href="#/">
              Go home
            </a>
          }
        >
          The link may be incomplete.
        </Message>
      );
  }
}

function HomeView() {
  useTitle(null);
  return <Home />;
}

const PANELS = {
  devices: { title: "Devices", Body: DevicesPanel },
  queue: { title: "Queue", Body: QueuePanel },
  inspector: { title: "Inspector", Body: InspectorPanel },
} as const;

function SidePanel() {
  const ui = useUi();
  if (!ui.panel) return null;
  const { Body, title } = PANELS[ui.panel];
  return (
    <aside className="panel" aria-label={title}>
      <div className="panel-row panel-head">
        <h2>{title}</h2>
        <IconButton icon="close" label={`Close ${title.toLowerCase()}`} onClick={ui.closePanel} />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard. */}
      <div className="panel-body" tabIndex={0} role="region" aria-label={`${title} content`}>
        <Body />
      </div>
    </aside>
  );
}

function Player() {
  const ui = useUi();
  const route = useRoute();
  const online = useOnline();
  const main = useRef<HTMLElement>(null);
  const positions = useRef(new Map<string, number>());
  useShortcuts();
  const key = routeHref(route);
  useEffect(() => {
    const element = main.current;
    if (!element) return;
    element.scrollTop = positions.current.get(key) ?? 0;
    const kept = positions.current;
    const onScroll = () => kept.set(key, element.scrollTop);
    element.addEventListener("scroll", onScroll, { passive: true });
    return () => element.removeEventListener("scroll", onScroll);
  }, [key]);
  return (
    <div className="app" data-panel={ui.panel ?? undefined}>
      <button type="button" className="skip" onClick={() => main.current?.focus()}>
        Skip to content
      </button>
      <Library />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard. */}
      <main className="main" ref={main} data-scroll tabIndex={0}>
        {!online && (
          <p className="offline" role="status">
            <strong>You are offline.</strong> What is already loaded keeps playing.
          </p>
        )}
        <View />
      </main>
      <SidePanel />
      <NowPlaying />
      <NowSheet />
      <Help />
      <div className="notice-place" role="status">
        {ui.notice && (
          <div className="notice" data-tone={ui.notice.tone} key={ui.notice.id}>
            <p>
              <strong>{ui.notice.title}</strong> {ui.notice.text && <span>{ui.notice.text}</span>}
            </p>
            <IconButton icon="close" label="Dismiss" onClick={ui.dismiss} />
          </div>
        )}
      </div>
    </div>
  );
}

export function App() {
  const { api, auth } = useClient();
  const { kind } = useAuth();
  // An earlier sign-in is looked for first: the sign-in view must not flash by.
  const [ready, setReady] = useState(false);
  useEffect(() => {
    void auth.whenReady().then(() => setReady(true));
  }, [auth]);
  const image = usePlayer((state) => state.current?.track.album.imageUrl ?? null);
  useAccent(image ? api.resolveUrl(image) : null);
  if (kind === "signed_in") return <Player />;
  if (ready) return <SignIn />;
  return (
    <main className="boot" aria-busy="true">
      <h1 className="wordmark">segue</h1>
    </main>
  );
}
