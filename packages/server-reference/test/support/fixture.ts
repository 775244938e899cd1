/** A small server context with one listener per plan, their devices and encrypted renditions of random bytes. */
import { createHash, randomBytes, webcrypto } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type DeviceId, idFromBytes, type TrackId, type UserId } from "@segue/core";
import { pino } from "pino";
import { openDatabases } from "../../src/adapters/open-databases";
import { openStores } from "../../src/adapters/open-stores";
import { parseConfig } from "../../src/config";
import type { ServerContext } from "../../src/context";
import { NO_FAULTS } from "../../src/fault-hooks";
import { protectRendition } from "../../src/production/testing/sealed";
import { databaseSettings } from "./database-url";

type Plan = "free" | "premium";

/** A device with its private agreement key. */
export interface FixtureDevice {
  readonly id: DeviceId;
  readonly agreement: webcrypto.CryptoKey;
}
export interface FixtureTrack {
  readonly id: TrackId;
  /** Plaintext of each rendition, by codec and tier: `vorbis-96`. */
  readonly plaintexts: ReadonlyMap<string, Uint8Array>;
}
export interface FixtureRendition {
  readonly codec: "vorbis" | "aac";
  readonly tier: number;
  readonly byteLength: number;
}

/** Where an object lies in the fixture's data directory. */
export const objectPath = (context: ServerContext, hash: string): string =>
  join(context.config.dataDir, "media", hash.slice(0, 2), hash);

/** Adds a track; with renditions it is ready, without it is being prepared. */
export async function addTrack(
  context: ServerContext,
  renditions: readonly FixtureRendition[],
  rules: { explicit?: 0 | 1; markets?: string; available_from?: number; available_until?: number } = {},
): Promise<FixtureTrack> {
  const id = idFromBytes("track", randomBytes(16));
  const album = idFromBytes("album", randomBytes(16));
  const recording = idFromBytes("recording", randomBytes(16));
  const { db } = context;
  const added = { added_at: context.now() };
  await db
    .insertInto("albums")
    .values({
      id: album,
      title: "A",
      sort_title: "a",
      image_hash: null,
      release_date: null,
      loudness_lufs: null,
      loudness_peak: null,
      ...added,
    })
    .execute();
  await db.insertInto("recordings").values({ id: recording, isrc: null }).execute();
  const place = { recording_id: recording, album_id: album, disc_number: 1, track_number: 1 };
  const open = { markets: null, available_from: null, available_until: null };
  await db
    .insertInto("tracks")
    .values({ id, title: "T", duration_ms: 1000, ...place, ...added, ...open, ...rules })
    .execute();
  const state = renditions.length > 0 ? "ready" : "preparing";
  await db
    .insertInto("media_states")
    .values({ track_id: id, state, reason: null, updated_at: context.now() })
    .execute();
  const plaintexts = new Map<string, Uint8Array>();
  for (const { codec, tier, byteLength } of renditions) {
    const plaintext = new Uint8Array(randomBytes(byteLength));
    const sealed = await protectRendition(context.secrets.content, plaintext);
    const path = objectPath(context, sealed.hash);
    mkdirSync(join(path, ".."), { recursive: true });
    writeFileSync(path, sealed.ciphertext);
    const { renditionId, keyId, salt, noncePrefix } = sealed;
    await db
      .insertInto("renditions")
      .values({
        id: renditionId,
        track_id: id,
        codec,
        tier,
        sample_rate: 44_100,
        channels: 2,
        trim_start: 0,
        trim_end: 0,
        total_frames: 44_100,
        media_hash: sealed.hash,
        byte_length: sealed.ciphertext.length,
        key_id: keyId,
        salt: Buffer.from(salt),
        nonce_prefix: Buffer.from(noncePrefix),
        encoder: "test",
        created_at: context.now(),
        plaintext_hash: createHash("sha256").update(plaintext).digest("hex"),
      })
      .execute();
    plaintexts.set(`${codec}-${tier}`, plaintext);
  }
  return { id, plaintexts };
}

/** Makes the context; `clock.now` can be set. */
export async function makeFixture(env: Readonly<Record<string, string>> = {}) {
  const dataDir = mkdtempSync(join(tmpdir(), "segue-test-"));
  const settings = await databaseSettings(dataDir);
  const config = parseConfig({ SEGUE_DATA_DIR: dataDir, SEGUE_PORT: "0", ...settings, ...env });
  const { database, events, close: closeDatabases } = await openDatabases(config);
  const clock = { now: Date.UTC(2030, 0, 2, 12) };
  const secret = () => new Uint8Array(randomBytes(32));
  const context = {
    config,
    database,
    db: database.query,
    secrets: { mediaUrl: secret(), content: secret(), license: secret(), session: secret() },
    now: () => clock.now,
    logger: pino({ level: "silent" }),
    faults: NO_FAULTS,
  };
  const stores = openStores(context, events);
  const db = database.query;

  async function addUser(plan: Plan, market = "DE", explicitFilter = false) {
    const id = idFromBytes("user", randomBytes(16)) as UserId;
    const row = { name: plan, login: id, password_hash: null, created_at: clock.now };
    await db
      .insertInto("users")
      .values({ id, plan, market, explicit_filter: explicitFilter ? 1 : 0, ...row })
      .execute();
    return { id, plan, market, explicitFilter };
  }

  async function addDevice(userId: UserId, type = "desktop"): Promise<FixtureDevice> {
    const pair = (await webcrypto.subtle.generateKey({ name: "ECDH", namedCurve: "P-256" }, false, [
      "deriveBits",
    ])) as webcrypto.CryptoKeyPair;
    const point = Buffer.from(await webcrypto.subtle.exportKey("raw", pair.publicKey));
    const id = idFromBytes("device", createHash("sha256").update(point).digest());
    const keys = { identity_key: point, agreement_key: point };
    const times = { registered_at: clock.now, last_seen_at: clock.now };
    await db
      .insertInto("devices")
      .values({ id, user_id: userId, name: "test", type, ...keys, ...times })
      .execute();
    return { id, agreement: pair.privateKey };
  }

  async function close(): Promise<void> {
    await closeDatabases();
    rmSync(dataDir, { recursive: true, force: true });
  }
  type Added = Parameters<typeof addTrack>;
  const add = (renditions: Added[1], rules?: Added[2]) => addTrack(context, renditions, rules);
  return { context, stores, sandbox: null, clock, addUser, addDevice, addTrack: add, close };
}

/** What `makeFixture` gives. */
export type Fixture = Awaited<ReturnType<typeof makeFixture>>;
