/** The catalog: lists, pages, heads, refusals, artwork. */
import { createHash } from "node:crypto";
import fc from "fast-check";
import { expectProblem } from "../../models/answers";
import { isIdOf } from "../../models/ids";
import { check, everyOne, type Step } from "../../runner/check";
import type { Execution } from "../../runner/execution";
import type { Listener } from "../../subjects/subject";
import { askGrants, readGrant } from "../grants";
import { DEVICE_TYPES, type DeviceType, type RegisteredDevice, registeredDevice } from "../register";

const noCatalog = (facts: { readonly tracks: readonly unknown[] }) =>
  facts.tracks.length === 0 ? "the catalog has no tracks" : null;
const UNKNOWN = "trk_7zzzzzzzzzzzzzzzzzzzzzzzzz";

type ListStep = Step & { readonly do: "list"; readonly tracks: readonly number[] };

export const trackLists = check<ListStep, { listener: Listener }>({
  id: "catalog/track-lists",
  title: "Tracks come in the order asked, without the unknown ones",
  requirements: ["CAT-005", "CAT-006", "CAT-011", "TERM-001", "TERM-002"],
  runs: 10,
  unless: noCatalog,
  steps: ({ tracks }) =>
    fc.array(
      fc.record({
        do: fc.constant("list" as const),
        tracks: fc.uniqueArray(fc.integer({ min: -1, max: tracks.length - 1 }), {
          minLength: 1,
          maxLength: 12,
        }),
      }),
      { minLength: 1, maxLength: 3 },
    ),
  begin: async (run) => ({ listener: await run.listener() }),
  async perform(run, { listener }, { tracks }) {
    const ids = tracks.map((place) => run.subject.facts.tracks[place]?.id ?? UNKNOWN);
    const answer = await run.http.get(`/v1/tracks?ids=${ids.join(",")}`, {
      token: listener.accessToken,
      as: `/v1/tracks (${ids.length} ids)`,
    });
    run.same("CAT-005", answer.status, 200, "status");
    const items: readonly Record<string, unknown>[] = answer.json?.items ?? [];
    run.same(
      "CAT-006",
      items.map((item) => item.id),
      ids.filter((id) => id !== UNKNOWN),
      "tracks",
    );
    for (const item of items) {
      const album = item.album as { id?: unknown } | undefined;
      run.must(
        "TERM-001",
        isIdOf("trk", item.id) && isIdOf("rec", item.recordingId) && isIdOf("alb", album?.id),
        "ids of their kinds",
        [item.id, item.recordingId, album?.id],
      );
      run.must("TERM-002", /^[a-z]{3}_[0-7]/.test(String(item.id)), "a first digit of 0 to 7", item.id);
      const features = Object.entries((item.features ?? {}) as Record<string, number>);
      const outside = features.filter(([name, value]) => name !== "tempo" && !(value >= 0 && value <= 1));
      run.must("CAT-011", outside.length === 0, "features from 0 to 1", outside);
    }
  },
  async finish(run, { listener }) {
    const many = Array.from({ length: 51 }, (_, i) => `trk_${String(i).padStart(26, "0")}`).join(",");
    const token = listener.accessToken;
    expectProblem(
      run,
      "CAT-005",
      await run.http.get(`/v1/tracks?ids=${many}`, { token, as: "/v1/tracks (51 ids)" }),
      "invalid_request",
    );
    expectProblem(
      run,
      "TERM-004",
      await run.http.get("/v1/tracks?ids=trk_1", { token }),
      "invalid_id",
      "invalid_request",
    );
  },
});

const LISTS = ["album", "artist", "playlist"] as const;
type PageStep = Step & {
  readonly do: "page";
  readonly list: (typeof LISTS)[number];
  readonly place: number;
  readonly limit: number;
};

async function walk(run: Execution, path: string, limit: number, token: string): Promise<readonly string[]> {
  const ids: string[] = [];
  let cursor = "";
  for (let pages = 0; pages < 300; pages++) {
    const query = `limit=${limit}${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`;
    const { json, status } = await run.http.get(`${path}?${query}`, {
      token,
      as: `${path.replace(/_[0-9a-z]{26}/, "_…")}?limit=${limit}${cursor ? "&cursor=…" : ""}`,
    });
    run.must(
      "CAT-017",
      status === 200 && json.items.length <= limit,
      `at most ${limit} entries`,
      json?.items?.length ?? status,
    );
    ids.push(...json.items.map((item: { id: string }) => item.id));
    run.must(
      "CAT-019",
      json.nextCursor === null || typeof json.nextCursor === "string",
      "nextCursor or null",
      json.nextCursor,
    );
    if (json.nextCursor === null) return ids;
    run.must("CAT-019", json.items.length > 0, "null on the last page", "a cursor after an empty page");
    cursor = json.nextCursor;
  }
  run.must("CAT-019", false, "null on the last page", "300 pages without an end");
  return ids;
}

export const pages = check<PageStep, { listener: Listener }>({
  id: "catalog/pages",
  title: "Pages give every entry once, in the same order for any limit",
  requirements: ["CAT-010", "CAT-017", "CAT-018", "CAT-019", "CAT-020", "CAT-021"],
  runs: 8,
  unless: noCatalog,
  steps: (facts) =>
    fc.array(
      fc.record({
        do: fc.constant("page" as const),
        list: fc.constantFrom(...LISTS.filter((list) => facts[`${list}Ids`].length > 0)),
        place: fc.nat(2),
        limit: fc.constantFrom(1, 2, 3, 4, 5, 50, 99, 100),
      }),
      { minLength: 1, maxLength: 3 },
    ),
  begin: async (run) => ({ listener: await run.listener() }),
  async perform(run, { listener }, { list, place, limit }) {
    const ids = run.subject.facts[`${list}Ids`];
    const path = `/v1/${list}s/${ids[place % ids.length]}/tracks`;
    const { accessToken } = listener;
    const whole = await walk(run, path, 100, accessToken);
    run.same("CAT-020", await walk(run, path, limit, accessToken), whole, "each entry once:");
    if (list !== "album") return;
    const tracks: { discNumber: number; trackNumber: number }[] = [];
    for (let i = 0; i < whole.length && i < 50; i += 50) {
      const answer = await run.http.get(`/v1/tracks?ids=${whole.slice(0, 50).join(",")}`, {
        token: accessToken,
        as: "/v1/tracks (the album's)",
      });
      tracks.push(...answer.json.items);
    }
    const places = tracks.map(({ discNumber, trackNumber }) => discNumber * 10_000 + trackNumber);
    run.same(
      "CAT-010",
      places,
      [...places].sort((a, b) => a - b),
      "disc and track numbers in order:",
    );
  },
  async finish(run, { listener }) {
    const path = `/v1/albums/${run.subject.facts.albumIds[0]}/tracks`;
    const token = listener.accessToken;
    for (const limit of ["0", "101", "-1", "x"])
      expectProblem(
        run,
        "CAT-018",
        await run.http.get(`${path}?limit=${limit}`, { token }),
        "invalid_request",
      );
    expectProblem(
      run,
      "CAT-021",
      await run.http.get(`${path}?cursor=never-given`, { token }),
      "invalid_request",
    );
  },
});

type HeadStep = Step & {
  readonly do: "compare";
  readonly plan: "free" | "premium";
  readonly type: DeviceType;
  readonly album: number;
};

export const heads = check<HeadStep, object>({
  id: "catalog/heads",
  title: "A head names what a grant would give, and is null where a grant would be refused",
  requirements: ["CAT-007", "CAT-012", "CAT-013", "CAT-015"],
  runs: 8,
  unless: noCatalog,
  steps: ({ albumIds }) =>
    fc.array(
      fc.record({
        do: fc.constant("compare" as const),
        plan: fc.constantFrom("free" as const, "premium" as const),
        type: fc.constantFrom(...DEVICE_TYPES),
        album: fc.nat(albumIds.length - 1),
      }),
      { minLength: 1, maxLength: 3 },
    ),
  begin: async () => ({}),
  async perform(run, _state, { plan, type, album }) {
    const listener = await run.listener({ plan });
    const device = await registeredDevice(run, listener, type);
    const path = `/v1/albums/${run.subject.facts.albumIds[album]}/tracks?codecs=vorbis&deviceType=${type}&limit=50`;
    const list = await run.http.get(path, { token: listener.accessToken });
    const items: readonly { id: string; mediaState: string; head: { renditionId: string } | null }[] =
      list.json?.items ?? [];
    if (items.length === 0) return;
    const ids = items.map((item) => item.id);
    const { json } = await askGrants(run, listener, device.id, { trackIds: ids, codecs: ["vorbis"] });
    for (const [i, { head, mediaState }] of items.entries()) {
      const grant = readGrant(json?.results?.[i]);
      const reason = json?.results?.[i]?.refusal?.reason;
      if (!grant) run.must("CAT-015", head === null, `no head for a refused track (${reason})`, head);
      else {
        run.must("CAT-012", head !== null, "a head for a playable track", "null");
        run.same("CAT-013", head?.renditionId, grant.renditionId, "the head of");
      }
      const unprepared = reason === "REFUSAL_REASON_PREPARING" || reason === "REFUSAL_REASON_MEDIA_FAILED";
      run.must(
        "CAT-007",
        !(mediaState === "ready" && unprepared),
        "mediaState ready only with a rendition",
        `ready, refused as ${reason}`,
      );
    }
  },
});

type RefusalStep = Step & {
  readonly do: "market" | "not yet" | "gone" | "explicit" | "codec" | "plan" | "failed";
};

export const refusals = check<RefusalStep, Map<string, { listener: Listener; device: RegisteredDevice }>>({
  id: "catalog/refusals",
  title: "A refusal gives the first reason that applies",
  requirements: ["CAT-024", "CAT-025", "CAT-026", "CAT-027", "CAT-029", "CAT-030", "CAT-031"],
  runs: 2,
  unless: noCatalog,
  steps: ({ named, tracks, playable, codecs }) => {
    const possible: RefusalStep["do"][] = [];
    if (named.marketBlocked) possible.push("market");
    if (named.notYetAvailable) possible.push("not yet");
    if (named.noLongerAvailable) possible.push("gone");
    if (named.premiumOnly) possible.push("plan");
    if (named.mediaFailed) possible.push("failed");
    if (tracks.some((track) => track.explicit)) possible.push("explicit");
    if (playable.length > 0 && !codecs.includes("aac")) possible.push("codec");
    return everyOne(possible, (name) => ({ do: name as RefusalStep["do"] }));
  },
  begin: async () => new Map(),
  async perform(run, cast, step) {
    const { named, tracks, playable } = run.subject.facts;
    const wishes = {
      market: { market: named.marketBlocked?.market ?? "DE" },
      explicit: { explicitFilter: true },
      plan: { plan: "free" as const },
    }[step.do as "market"] ?? { plan: "premium" as const };
    const key = JSON.stringify(wishes);
    let holder = cast.get(key);
    if (!holder) {
      const listener = await run.listener(wishes);
      holder = { listener, device: await registeredDevice(run, listener) };
      cast.set(key, holder);
    }
    const [id, requirement, reason] = {
      market: [named.marketBlocked?.id, "CAT-024", "MARKET"],
      "not yet": [named.notYetAvailable?.id, "CAT-026", "NOT_YET_AVAILABLE"],
      gone: [named.noLongerAvailable?.id, "CAT-025", "NO_LONGER_AVAILABLE"],
      explicit: [tracks.find((track) => track.explicit)?.id, "CAT-027", "EXPLICIT"],
      codec: [playable[0]?.id, "CAT-030", "CODEC"],
      plan: [named.premiumOnly?.id, "CAT-031", "PLAN"],
      failed: [named.mediaFailed?.id, "CAT-029", "MEDIA_FAILED"],
    }[step.do] as [string, string, string];
    const codecs = [step.do === "codec" ? ("aac" as const) : ("vorbis" as const)];
    const answer = await askGrants(run, holder.listener, holder.device.id, { trackIds: [id], codecs });
    const refusal = answer.json?.results?.[0]?.refusal;
    run.same(requirement, refusal?.reason, `REFUSAL_REASON_${reason}`, "the refusal");
    if (step.do === "not yet")
      run.same(
        "CAT-026",
        Number(refusal.availableAtMs),
        named.notYetAvailable?.availableAtMs,
        "availableAtMs",
      );
  },
});

export const access = check<Step, { listener: Listener }>({
  id: "catalog/access",
  title: "Unknown ids are not found; capabilities are for everyone, with reasons; artwork is immutable",
  requirements: [
    "AUTH-017",
    "AUTH-020",
    "CAT-002",
    "CAT-003",
    "CAT-004",
    "CAT-032",
    "CAT-033",
    "VER-001",
    "VER-002",
    "VER-010",
    "PLAY-028",
  ],
  runs: 1,
  steps: () =>
    fc.constant([
      { do: "unknown ids" },
      { do: "capabilities" },
      { do: "images" },
      { do: "document" },
      { do: "methods" },
      { do: "albums" },
    ]),
  begin: async (run) => ({ listener: await run.listener() }),
  async perform(run, { listener }, step) {
    const { http, subject } = run;
    const token = listener.accessToken;
    if (step.do === "unknown ids") {
      const tail = "7zzzzzzzzzzzzzzzzzzzzzzzzz";
      for (const path of [
        `tracks/trk_${tail}`,
        `albums/alb_${tail}`,
        `albums/alb_${tail}/tracks`,
        `artists/art_${tail}`,
        `playlists/pls_${tail}`,
      ])
        expectProblem(run, "CAT-002", await http.get(`/v1/${path}`, { token }), "not_found");
    } else if (step.do === "capabilities") {
      const answer = await http.get("/v1/capabilities");
      run.same("CAT-003", answer.status, 200, "without a token");
      run.same("VER-002", answer.json?.protocolVersion, "v1alpha1", "protocolVersion");
      const { issuer, clients } = answer.json ?? {};
      run.must("AUTH-017", typeof issuer === "string" && URL.canParse(issuer), "an issuer", issuer);
      const named = [clients?.authorizationCode, clients?.deviceCode];
      const complete = named.every((id) => typeof id === "string" && id !== "");
      run.must("AUTH-020", complete, "a client for each grant", clients);
      const missing = (answer.json?.features ?? []).filter(
        (each: { available: boolean; reason: unknown }) => !each.available && typeof each.reason !== "string",
      );
      run.must("CAT-004", missing.length === 0, "a reason for each unavailable feature", missing);
    } else if (step.do === "images") {
      for (const path of subject.facts.images.slice(0, 3)) {
        const answer = await http.get(path, { as: "/v1/images/…" });
        const cache = answer.headers.get("cache-control") ?? "";
        const age = Number(/max-age=(\d+)/.exec(cache)?.[1] ?? 0);
        run.must(
          "CAT-033",
          age >= 31_536_000 && /\bimmutable\b/.test(cache),
          "a year or more, immutable",
          cache,
        );
        const hash = createHash("sha256").update(answer.bytes).digest("hex");
        run.must("CAT-032", path.includes(hash), `an address with ${hash.slice(0, 8)}…`, path);
      }
    } else if (step.do === "document") {
      const answer = await http.get("/openapi.json", { plain: true });
      run.must(
        "VER-010",
        answer.status === 200 && typeof answer.json?.openapi === "string",
        "an OpenAPI document",
        answer.status,
      );
      const outside = Object.keys(answer.json?.paths ?? {}).filter(
        (path) => !/^\/(?:v1\/|livez|readyz|metrics|docs|openapi|oauth|\.well-known)/.test(path),
      );
      run.must("VER-001", outside.length === 0, "paths that begin with /v1", outside);
    } else if (step.do === "methods") {
      const answer = await http.ask("DELETE", "/v1/home", { token });
      run.must(
        "ERR-009",
        answer.status === 405 && answer.headers.has("allow"),
        "405 with Allow",
        answer.status,
      );
    } else await judgeAlbumLoudness(run, listener);
  },
});

async function judgeAlbumLoudness(run: Execution, listener: Listener): Promise<void> {
  const { playable } = run.subject.facts;
  const albumId = playable[0]?.albumId;
  const ids = playable
    .filter((track) => track.albumId === albumId)
    .map((track) => track.id)
    .slice(0, 50);
  if (ids.length < 2) return;
  const device = await registeredDevice(run, listener);
  const { json } = await askGrants(run, listener, device.id, { trackIds: ids, codecs: ["vorbis", "aac"] });
  const said = (json?.results ?? [])
    .map(readGrant)
    .flatMap((grant: ReturnType<typeof readGrant>) =>
      grant ? [[grant.manifest.loudness?.albumLufs, grant.manifest.loudness?.albumPeak].join(" ")] : [],
    );
  run.must("PLAY-028", new Set(said).size <= 1, "one albumLufs and albumPeak", said);
}
