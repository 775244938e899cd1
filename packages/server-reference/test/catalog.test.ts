import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ALBUM, ARTIST, IMAGE, idOf, insertCatalog, PLAYLIST, trackId } from "./catalog-fixture";
import { call, startTestServer, type TestServer } from "./harness";
import { signIn } from "./sign-in";

let server: TestServer;
let token: string;
beforeAll(async () => {
  server = await startTestServer();
  await insertCatalog(server.context, 7);
  token = (await signIn(server)).access_token;
});
afterAll(() => server.stop());

const get = (path: string, template?: string) =>
  call(server, "GET", path, { token, ...(template ? { template } : {}) });

describe("catalog", () => {
  it("gives tracks in the order asked for and leaves unknown ones out", async () => {
    const ids = [trackId(3), idOf("track", "none"), trackId(1)];
    const { body } = await get(`/v1/tracks?ids=${ids.join(",")}&codecs=vorbis&deviceType=web`);
    expect(body.items.map((track: { id: string }) => track.id)).toEqual([trackId(3), trackId(1)]);
    expect(body.items[0]).toMatchObject({
      title: "T3",
      artists: [{ name: "Artist" }],
      mediaState: "preparing",
      head: null,
    });
  });

  it("gives album, artist and playlist", async () => {
    expect((await get(`/v1/albums/${ALBUM}`, "/v1/albums/{albumId}")).body).toMatchObject({
      trackCount: 7,
      durationMs: 7000,
    });
    expect((await get(`/v1/artists/${ARTIST}`, "/v1/artists/{artistId}")).body).toMatchObject({
      genres: ["ambient"],
    });
    const playlist = await get(`/v1/playlists/${PLAYLIST}`, "/v1/playlists/{playlistId}");
    expect(playlist.body).toMatchObject({ trackCount: 14, owner: { name: "Ada" } });
    const albums = await get(`/v1/artists/${ARTIST}/albums`, "/v1/artists/{artistId}/albums");
    expect(albums.body.items).toHaveLength(1);
    const tracks = await get(`/v1/artists/${ARTIST}/tracks`, "/v1/artists/{artistId}/tracks");
    expect(tracks.body.items).toHaveLength(7);
  });

  it("pages through a playlist without loss or repetition", async () => {
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const query: string = `?limit=5${cursor ? `&cursor=${cursor}` : ""}`;
      const { body } = await get(
        `/v1/playlists/${PLAYLIST}/tracks${query}`,
        "/v1/playlists/{playlistId}/tracks",
      );
      seen.push(...body.items.map((track: { title: string }) => track.title));
      cursor = body.nextCursor;
    } while (cursor);
    const once = [0, 1, 2, 3, 4, 5, 6].map((n) => `T${n}`);
    expect(seen).toEqual([...once, ...once]);
  });

  it("ends exactly at the last page", async () => {
    const { body } = await get(`/v1/albums/${ALBUM}/tracks?limit=7`, "/v1/albums/{albumId}/tracks");
    expect(body.items).toHaveLength(7);
    expect(body.nextCursor).toBeNull();
  });

  it("gives shelves", async () => {
    const { body } = await get("/v1/home");
    expect(body.shelves.map((shelf: { id: string }) => shelf.id)).toEqual([
      "albums",
      "playlists",
      "artists",
      "new",
    ]);
  });

  it("serves artwork to anyone, for ever", async () => {
    const first = await fetch(`${server.url}/v1/images/${IMAGE}`);
    expect(first.headers.get("content-type")).toBe("image/png");
    expect(first.headers.get("cache-control")).toContain("immutable");
    const headers = { "if-none-match": first.headers.get("etag")! };
    expect((await fetch(`${server.url}/v1/images/${IMAGE}`, { headers })).status).toBe(304);
  });

  it("says what the token can do", async () => {
    const bob = (await signIn(server, "bob")).access_token;
    const reason = async (given: string) => {
      const { body } = await call(server, "GET", "/v1/capabilities", { token: given });
      return body.features.find((one: { name: string }) => one.name === "quality.320").reason;
    };
    expect(await reason(token)).toBeNull();
    expect(await reason(bob)).toContain("premium");
  });

  it("says everything that it can or cannot do, with a reason where it cannot", async () => {
    const { body } = await call(server, "GET", "/v1/capabilities");
    const absent = "Not part of this version.";
    const signIn = "Sign in first.";
    expect(body.features).toEqual([
      { name: "catalog", available: false, reason: signIn },
      { name: "playback", available: false, reason: signIn },
      { name: "quality.320", available: false, reason: signIn },
      { name: "offline", available: false, reason: signIn },
      { name: "events", available: false, reason: signIn },
      { name: "codec.vorbis", available: true, reason: null },
      {
        name: "codec.aac",
        available: false,
        reason: "The server has no AAC renditions; ingest with ffmpeg installed.",
      },
      { name: "connect", available: false, reason: signIn },
      { name: "search", available: false, reason: absent },
      { name: "recommendations", available: false, reason: absent },
    ]);
    expect(body.codecs).toEqual([{ codec: "vorbis", bitratesKbps: [24, 96, 160, 320] }]);
  });
});

describe("what is asked wrongly", () => {
  it.each([
    ["/v1/tracks", "/query/ids"],
    [`/v1/playlists/${PLAYLIST}/tracks?limit=0`, "/query/limit"],
    [`/v1/playlists/${PLAYLIST}/tracks?limit=ten`, "/query/limit"],
    [`/v1/playlists/${PLAYLIST}/tracks?cursor=zzz`, "/query/cursor"],
  ])("%s is refused with a pointer", async (path, pointer) => {
    const { status, body } = await get(path);
    expect(status).toBe(400);
    expect(body.code).toBe("invalid_request");
    expect(body.errors[0].pointer).toBe(pointer);
  });

  it("refuses too many ids, and ids that are none", async () => {
    const many = Array.from({ length: 51 }, (_, n) => idOf("track", `${n}`)).join(",");
    expect((await get(`/v1/tracks?ids=${many}`)).status).toBe(400);
    const hostile = await get(`/v1/albums/${encodeURIComponent("' OR 1=1")}`);
    expect([hostile.status, hostile.body.code]).toEqual([400, "invalid_id"]);
    expect((await get(`/v1/albums/${idOf("album", "none")}`)).body.code).toBe("not_found");
  });

  it("needs a token everywhere", async () => {
    for (const path of [
      "/v1/me",
      "/v1/home",
      `/v1/tracks?ids=${trackId(0)}`,
      `/v1/albums/${ALBUM}`,
      "/v1/devices",
    ])
      expect((await call(server, "GET", path)).body.code).toBe("unauthenticated");
  });
});
