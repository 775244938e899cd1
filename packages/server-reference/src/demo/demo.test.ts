import { createHash, webcrypto } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deriveRendition } from "@segue/core";
import pino from "pino";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ContentStore } from "../adapters/files/content-store";
import { type MainDatabase, openMain } from "../adapters/sql/open-main";
import { parseConfig } from "../config";
import type { ServerContext } from "../context";
import { NO_FAULTS } from "../fault-hooks";
import { nodeCrypto } from "../node-crypto";
import { decodeVorbis } from "../production/read/ogg-vorbis";
import { startDemoRenderer } from "./renderer";
import { seedDemo } from "./seed";

let folder: string;
let database: MainDatabase;
const bytes = (fill: number) => new Uint8Array(32).fill(fill);

function contextFor(tracks?: number): ServerContext {
  const env = {
    SEGUE_DATA_DIR: folder,
    ...(tracks === undefined ? {} : { SEGUE_DEMO_TRACKS: String(tracks) }),
  };
  const secrets = { mediaUrl: bytes(1), content: bytes(2), license: bytes(3), session: bytes(4) };
  return {
    config: parseConfig(env),
    database,
    db: database.query,
    secrets,
    now: () => 1_700_000_000_000,
    logger: pino({ level: "silent" }),
    faults: NO_FAULTS,
  };
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "segue-demo-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe("the demo's seed", () => {
  it("inserts the whole catalog once, everything preparing", async () => {
    database = await openMain(":memory:");
    await seedDemo(contextFor());
    await seedDemo(contextFor());
    const count = async (table: "tracks" | "artists" | "albums" | "playlists" | "users" | "media_states") => {
      const row = await database.query
        .selectFrom(table)
        .select(({ fn }) => fn.countAll<number>().as("n"))
        .executeTakeFirstOrThrow();
      return Number(row.n);
    };
    expect(await count("tracks")).toBeGreaterThanOrEqual(600);
    expect(await count("artists")).toBeGreaterThanOrEqual(60);
    expect(await count("albums")).toBeGreaterThanOrEqual(75);
    expect(await count("playlists")).toBeGreaterThanOrEqual(10);
    expect(await count("users")).toBeGreaterThanOrEqual(300);
    expect(await count("media_states")).toBe(await count("tracks"));
    const tracks = await database.query.selectFrom("tracks").select("duration_ms").execute();
    expect(Math.min(...tracks.map((track) => track.duration_ms))).toBeGreaterThanOrEqual(35_000);
    expect(Math.max(...tracks.map((track) => track.duration_ms))).toBeLessThanOrEqual(45_000);
    await database.close();
  });
});

describe("a demo that was seeded before", () => {
  const count = async (table: "tracks" | "media_jobs" | "albums") => {
    const row = await database.query
      .selectFrom(table)
      .select(({ fn }) => fn.countAll<number>().as("n"))
      .executeTakeFirstOrThrow();
    return Number(row.n);
  };

  it("grows when its limit is raised, and loses nothing when it is lowered", async () => {
    database = await openMain(":memory:");
    await seedDemo(contextFor(12));
    expect(await count("tracks")).toBe(12);
    await seedDemo(contextFor(30));
    expect(await count("tracks")).toBe(30);
    expect(await count("media_jobs")).toBe(60);
    const items = await database.query.selectFrom("playlist_items").select("track_id").distinct().execute();
    expect(items.length).toBeGreaterThan(12);
    await seedDemo(contextFor(5));
    expect(await count("tracks")).toBe(30);
    await seedDemo(contextFor());
    expect(await count("tracks")).toBeGreaterThanOrEqual(600);
    await database.close();
  });

  it("is rendered anew when the composer changed, and plays on meanwhile", async () => {
    database = await openMain(":memory:");
    const { query: db } = database;
    await seedDemo(contextFor(4));
    await db
      .updateTable("settings")
      .set({ value: JSON.stringify({ version: 0, seed: 1, tracks: 4 }) })
      .where("name", "=", "demo.catalog")
      .execute();
    await db.updateTable("media_jobs").set({ state: "done" }).execute();
    await db.updateTable("media_states").set({ state: "ready" }).execute();
    await db.updateTable("track_targets").set({ composition: "{}" }).execute();
    await seedDemo(contextFor(4));
    const jobs = await db.selectFrom("media_jobs").select("state").execute();
    expect(jobs.map((job) => job.state)).toEqual(Array(8).fill("queued"));
    const states = await db.selectFrom("media_states").select("state").execute();
    expect(states.map((row) => row.state)).toEqual(Array(4).fill("ready"));
    const targets = await db.selectFrom("track_targets").select("composition").execute();
    expect(targets.every(({ composition }) => composition.includes("seed"))).toBe(true);
    await database.close();
  });
});

describe("the demo's renderer", () => {
  it("renders the requested track first, decodable to its exact frames, and goes on after a stop", async () => {
    database = await openMain(":memory:");
    const context = contextFor(12);
    await seedDemo(context);
    const other = await database.query
      .selectFrom("tracks")
      .innerJoin("albums", "albums.id", "tracks.album_id")
      .where("albums.title", "!=", "Seamless")
      .select("tracks.id")
      .executeTakeFirstOrThrow();
    await database.query
      .updateTable("media_jobs")
      .set({ priority: 9_999_999 })
      .where("subject", "=", other.id)
      .where("kind", "=", "demo-first")
      .execute();
    const renderer = startDemoRenderer(context, null);
    await renderer.requestTrack(other.id);
    await renderer.requestTrack("trk_00000000000000000000000000");
    for (;;) {
      if ((await renderer.progress()).ready > 0) break;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await renderer.stop();
    const ready = await database.query
      .selectFrom("media_states")
      .where("state", "=", "ready")
      .select("track_id")
      .execute();
    expect(ready.map((row) => row.track_id)).toContain(other.id);
    const renditions = await database.query
      .selectFrom("renditions")
      .selectAll()
      .where("track_id", "=", other.id)
      .execute();
    expect(renditions.map((row) => row.tier).sort()).toEqual([96]);
    const [rendition] = renditions;
    const store = new ContentStore(join(folder, "media"));
    expect(await store.byteLength(rendition!.media_hash)).toBe(rendition!.byte_length);
    const plain = await open(await readFile(store.path(rendition!.media_hash)), rendition!);
    const digest = createHash("sha256").update(plain).digest();
    expect(deriveRendition(nodeCrypto, context.secrets.content, digest).renditionId).toBe(rendition!.id);
    expect((await decodeVorbis(plain)).channels[0]!.length).toBe(rendition!.total_frames);
    await database.close();

    async function open(ciphertext: Buffer, row: { id: string; salt: Uint8Array; nonce_prefix: Uint8Array }) {
      const { contentKey } = await secretsOf(row.id);
      const base = await webcrypto.subtle.importKey("raw", contentKey, "HKDF", false, ["deriveKey"]);
      const info = new TextEncoder().encode(`segue/media/v1\0${row.id}`);
      const kdf = { name: "HKDF", hash: "SHA-256", salt: row.salt, info };
      const key = await webcrypto.subtle.deriveKey(kdf, base, { name: "AES-GCM", length: 256 }, false, [
        "decrypt",
      ]);
      const parts: Buffer[] = [];
      for (let at = 0, index = 0; at < ciphertext.length; at += 16_384, index++) {
        const iv = Buffer.alloc(12);
        iv.set(row.nonce_prefix);
        iv.writeUInt32BE(index, 7);
        iv[11] = at + 16_384 >= ciphertext.length ? 1 : 0;
        parts.push(
          Buffer.from(
            await webcrypto.subtle.decrypt(
              { name: "AES-GCM", iv },
              key,
              ciphertext.subarray(at, at + 16_384),
            ),
          ),
        );
      }
      return new Uint8Array(Buffer.concat(parts));
    }
    async function secretsOf(id: string) {
      const { hkdfSync } = await import("node:crypto");
      const row = await database.query
        .selectFrom("renditions")
        .where("id", "=", id)
        .select("plaintext_hash")
        .executeTakeFirstOrThrow();
      const digest = Buffer.from(row.plaintext_hash, "hex");
      expect(digest.length).toBe(createHash("sha256").digest().length);
      return {
        contentKey: new Uint8Array(
          hkdfSync("sha256", context.secrets.content, digest, "segue/server/content-key/v1", 32),
        ),
      };
    }
  });
});
