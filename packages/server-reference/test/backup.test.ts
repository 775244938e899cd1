import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { grantResponseCodec } from "@segue/core/wire";
import { sql } from "kysely";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DataDirInUse } from "../src/adapters/files/data-dir-lock";
import { openBeside, openMain } from "../src/adapters/sql/open-main";
import { backup, restore } from "../src/cli/backup";
import { CommandError } from "../src/cli/command";
import { keys } from "../src/cli/keys";
import { parseConfig } from "../src/config";
import { play, submission } from "../src/testing/event-builders";
import { IMAGE, insertCatalog, PLAYLIST } from "./catalog-fixture";
import { register } from "./device-keys";
import { call, startTestServer, type TestServer } from "./harness";
import { signIn } from "./sign-in";
import { addTrack } from "./support/fixture";

const folders: string[] = [];
const folder = () => {
  const made = mkdtempSync(join(tmpdir(), "segue-backup-"));
  folders.push(made);
  return made;
};
let server: TestServer;
let printed: string[];
const print = (line: string) => {
  printed.push(line);
};
beforeEach(async () => {
  server = await startTestServer();
  printed = [];
});
afterEach(async () => {
  await server.stop();
  for (const made of folders.splice(0)) rmSync(made, { recursive: true, force: true });
});
const configOf = (dataDir: string) => parseConfig({ SEGUE_DATA_DIR: dataDir });

/** The bytes of a track as a fresh device of `at` is granted them. */
async function hear(at: TestServer, trackId: string): Promise<Buffer> {
  const token = (await signIn(at)).access_token;
  const deviceId = (await register(at, token)).body.id;
  const json = { deviceId, items: [{ trackId }], codecs: ["CODEC_VORBIS"] };
  const { body } = await call(at, "POST", "/v1/playback/grants", { token, json });
  const [result] = grantResponseCodec.fromJson(body).results;
  if (result?.kind !== "grant") throw new Error("expected a grant");
  const response = await fetch(at.url + result.grant.manifest.media.url);
  return Buffer.from(await response.arrayBuffer());
}

describe("a backup", () => {
  it("made while the server runs restores catalog, audio, images, users, plays and secrets", async () => {
    await insertCatalog(server.context, 3);
    const track = await addTrack(server.context, [{ codec: "vorbis", tier: 96, byteLength: 50_000 }]);
    await server.stores.events.append(submission([play()]));
    const before = await signIn(server);
    const target = join(folder(), "copy");
    const bytes = await hear(server, track.id);
    const licenseKeys = (await call(server, "GET", "/v1/license/keys")).body;
    await backup(server.context.config, target, print);
    const after = await signIn(server);
    await server.stop();

    const dataDir = join(folder(), "data");
    await restore(configOf(dataDir), target, print);
    server = await startTestServer({ SEGUE_DATA_DIR: dataDir });
    expect(await hear(server, track.id)).toEqual(bytes);
    expect((await call(server, "GET", `/v1/images/${IMAGE}`)).status).toBe(200);
    const me = (token: string) => call(server, "GET", "/v1/me", { token });
    expect((await me(before.access_token)).body.name).toBe("Ada");
    // This one is younger than the copy.
    expect((await me(after.access_token)).status).toBe(401);
    const token = before.access_token;
    expect((await call(server, "GET", `/v1/playlists/${PLAYLIST}`, { token })).body.trackCount).toBe(6);
    expect(await server.stores.events.read(0, 10)).toHaveLength(1);
    expect((await call(server, "GET", "/v1/license/keys")).body).toEqual(licenseKeys);
    for (const name of ["segue.db", "events.db"]) {
      expect(statSync(join(dataDir, name)).mode & 0o077).toBe(0);
      expect(statSync(join(target, name)).mode & 0o077).toBe(0);
    }
  });

  it("is brought up to date: what it has is not copied again, what was cut is", async () => {
    const target = join(folder(), "copy");
    const one = await addTrack(server.context, [{ codec: "vorbis", tier: 96, byteLength: 10_000 }]);
    await backup(server.context.config, target, print);
    expect(printed).toContain("media: 1 files, 1 of them copied now.");
    const two = await addTrack(server.context, [{ codec: "vorbis", tier: 96, byteLength: 10_000 }]);
    const [cut] = readdirSync(join(target, "media"), { recursive: true, encoding: "utf8" }).filter(
      (name) => name.length > 64,
    );
    writeFileSync(join(target, "media", cut!), "cut");
    writeFileSync(join(target, "segue.db.new"), "left by a run that was ended");
    await backup(server.context.config, target, print);
    expect(printed).toContain("media: 2 files, 2 of them copied now.");
    await backup(server.context.config, target, print);
    expect(printed).toContain("media: 2 files, 0 of them copied now.");

    const dataDir = join(folder(), "data");
    await restore(configOf(dataDir), target, print);
    const restored = await startTestServer({ SEGUE_DATA_DIR: dataDir });
    for (const { id } of [one, two]) expect((await hear(restored, id)).length).toBeGreaterThan(10_000);
    await restored.stop();
  });

  it("is refused into the data directory, over a database, of nothing, and under a running server", async () => {
    const { config } = server.context;
    await expect(backup(config, join(server.dataDir, "copy"), print)).rejects.toThrow(/lies in the data/);
    await expect(backup(configOf(folder()), folder(), print)).rejects.toThrow(CommandError);
    await expect(restore(configOf(join(folder(), "new")), folder(), print)).rejects.toThrow(/no backup/);
    const target = join(folder(), "copy");
    await backup(config, target, print);
    await expect(restore(config, target, print)).rejects.toThrow(DataDirInUse);
    await server.close();
    await expect(restore(config, target, print)).rejects.toThrow(/has a database already/);
    // A restore that was ended before the database came is repeated.
    unlinkSync(join(server.dataDir, "segue.db"));
    await restore(config, target, print);
    expect(existsSync(join(server.dataDir, "segue.db"))).toBe(true);
  });

  it("is made of an older server's data without changing it; other commands ask for an upgrade", async () => {
    await server.close();
    const dataDir = folder();
    cpSync(server.dataDir, dataDir, { recursive: true });
    const older = await openMain(join(dataDir, "segue.db"));
    // As it was before there was a table of steps.
    await sql`DROP TABLE schema_migrations`.execute(older.query);
    await sql`PRAGMA user_version = 1`.execute(older.query);
    await older.close();
    const target = join(folder(), "copy");
    await backup(configOf(dataDir), target, print);
    const version = async (file: string) => {
      const opened = await openBeside(file, "nothing");
      const { rows } = await sql<{ user_version: number }>`PRAGMA user_version`.execute(opened.query);
      await opened.close();
      return rows[0]!.user_version;
    };
    expect(await version(join(target, "segue.db"))).toBe(1);
    expect(await version(join(dataDir, "segue.db"))).toBe(1);
    await expect(keys(configOf(dataDir), [], print)).rejects.toThrow(/another version of the server/);
  });
});
