/** GET /v1/me, /v1/home, /v1/tracks, /v1/albums, /v1/artists, /v1/playlists. */
import {
  type Album,
  type AlbumPage,
  type Artist,
  ensureId,
  type Home,
  type Playlist,
  SegueError,
  type TrackList,
  type TrackPage,
  type User,
} from "@segue/core";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { PlaybackModule } from "../playback/module";
import { catalogOf, type HeadsOf } from "./catalog";
import type { CatalogStore } from "./catalog-store";
import { readHeadWishes } from "./heads";
import { shelvesOf } from "./home";
import { oneMore, pageOf, readPageRequest } from "./pages";

const MAX_IDS = 50;

type Query = Readonly<Record<string, string | undefined>>;

function one<T>(found: readonly T[]): T {
  if (found[0] === undefined) throw new SegueError("not_found");
  return found[0];
}

function readIds(query: Query): readonly string[] {
  const ids = query.ids?.split(",") ?? [];
  const wrong =
    ids.length === 0 ? "is required" : ids.length > MAX_IDS ? `has more than ${MAX_IDS} ids` : null;
  if (wrong) throw new SegueError("invalid_request", { errors: [{ pointer: "/query/ids", message: wrong }] });
  return ids.map((id) => ensureId("track", id));
}

/** What the routes use. */
export interface CatalogNeeds {
  readonly store: CatalogStore;
  readonly heads: PlaybackModule["heads"];
}

/** Serves the catalog. */
export async function catalogRoutes(app: FastifyInstance, { store, heads }: CatalogNeeds): Promise<void> {
  const catalog = catalogOf(store);

  function headsFor(user: User, query: Query): HeadsOf {
    const wishes = readHeadWishes(query);
    return wishes === null ? async () => new Map() : (ids) => heads.of(ids, user, wishes);
  }

  app.get("/v1/me", async (request): Promise<User> => app.requireUser(request));

  app.get("/v1/home", async (request): Promise<Home> => {
    await app.requireUser(request);
    return { shelves: await shelvesOf(store, catalog) };
  });

  app.get<{ Querystring: Query }>("/v1/tracks", async (request): Promise<TrackList> => {
    const user = await app.requireUser(request);
    const ids = readIds(request.query);
    return { items: await catalog.tracks(ids, headsFor(user, request.query)) };
  });

  const kinds = [
    ["album", "albums"],
    ["artist", "artists"],
    ["playlist", "playlists"],
  ] as const;
  for (const [kind, table] of kinds) {
    const path = `/v1/${table}/:${kind}Id`;
    app.get<{ Params: Record<string, string> }>(path, async (request): Promise<Album | Artist | Playlist> => {
      await app.requireUser(request);
      return one<Album | Artist | Playlist>(
        await catalog[table]([ensureId(kind, request.params[`${kind}Id`])]),
      );
    });
  }

  for (const kind of ["album", "artist", "playlist"] as const) {
    app.get(`/v1/${kind}s/:${kind}Id/tracks`, async (request: FastifyRequest): Promise<TrackPage> => {
      const user = await app.requireUser(request);
      const query = request.query as Query;
      const page = readPageRequest(query);
      const id = ensureId(kind, (request.params as Record<string, string>)[`${kind}Id`]);
      const ids = await store.trackIds(kind, id, oneMore(page));
      if (ids === null) throw new SegueError("not_found");
      return pageOf(ids, page, await catalog.tracks(ids.slice(0, page.limit), headsFor(user, query)));
    });
  }

  app.get("/v1/artists/:artistId/albums", async (request: FastifyRequest): Promise<AlbumPage> => {
    await app.requireUser(request);
    const page = readPageRequest(request.query as Query);
    const id = ensureId("artist", (request.params as { artistId: string }).artistId);
    one(await catalog.artists([id]));
    const ids = await store.albumIds(id, oneMore(page));
    return pageOf(ids, page, await catalog.albums(ids.slice(0, page.limit)));
  });
}
