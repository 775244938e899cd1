import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "kysely";
import { describe, expect, it } from "vitest";
import { DataDirInUse } from "../src/adapters/files/data-dir-lock";
import { openMain } from "../src/adapters/sql/open-main";
import { ConfigError, parseConfig } from "../src/config";
import { call, startTestServer } from "./harness";
import { signIn } from "./sign-in";

const folder = () => mkdtempSync(join(tmpdir(), "segue-data-"));

describe("the data directory", () => {
  it("belongs to one process, and is free again afterwards", async () => {
    const server = await startTestServer();
    await expect(startTestServer({ SEGUE_DATA_DIR: server.dataDir })).rejects.toThrow(DataDirInUse);
    await server.close();
    const again = await startTestServer({ SEGUE_DATA_DIR: server.dataDir });
    await again.stop();
  });

  it("is taken over from a process that is gone", async () => {
    const dataDir = folder();
    writeFileSync(join(dataDir, "server.lock"), "999999999 1\n");
    await (await startTestServer({ SEGUE_DATA_DIR: dataDir })).stop();
  });

  it("keeps users, tokens and secrets over a restart", async () => {
    const first = await startTestServer();
    const tokens = await signIn(first);
    const { mediaUrl } = first.context.secrets;
    await first.close();
    const second = await startTestServer({ SEGUE_DATA_DIR: first.dataDir });
    expect((await call(second, "GET", "/v1/me", { token: tokens.access_token })).body.name).toBe("Ada");
    expect(second.context.secrets.mediaUrl).toEqual(mediaUrl);
    expect(statSync(join(first.dataDir, "segue.db")).mode & 0o077).toBe(0);
    await second.stop();
  });

  it("refuses a database of a newer server", async () => {
    const dataDir = folder();
    const file = join(dataDir, "segue.db");
    const database = await openMain(file);
    await sql`PRAGMA user_version = 99`.execute(database.query);
    await database.close();
    await expect(openMain(file)).rejects.toThrow(/newer server/);
    rmSync(dataDir, { recursive: true });
  });
});

describe("configuration", () => {
  it("has defaults", () => {
    expect(parseConfig({})).toMatchObject({
      host: "127.0.0.1",
      port: 4600,
      sandbox: true,
      demo: true,
      demoTracks: null,
    });
    expect(parseConfig({ SEGUE_PORT: "" }).port).toBe(4600);
  });

  it.each([
    [{ SEGUE_PORT: "seventy" }, "SEGUE_PORT"],
    [{ SEGUE_PORT: "70000" }, "SEGUE_PORT"],
    [{ SEGUE_SANDBOX: "yes" }, "SEGUE_SANDBOX"],
    [{ SEGUE_PUBLIC_URL: "ftp://x" }, "SEGUE_PUBLIC_URL"],
    [{ SEGUE_OIDC_ISSUER: "http://login.example" }, "SEGUE_OIDC_ISSUER"],
    [{ SEGUE_HOST: "0.0.0.0" }, "SEGUE_SANDBOX"],
    [{ SEGUE_PUBLIC_URL: "https://music.example" }, "SEGUE_SANDBOX"],
  ])("refuses %j in one line that names it", (env, name) => {
    try {
      parseConfig(env as Record<string, string>);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(ConfigError);
      expect((error as Error).message).toContain(name);
      expect((error as Error).message).not.toContain("\n");
    }
  });

  it("never repeats a secret that is wrong", () => {
    const given = { SEGUE_METRICS_TOKEN: "too short" };
    expect(() => parseConfig(given)).toThrow(/^SEGUE_METRICS_TOKEN must be 16/);
    expect(() => parseConfig(given)).not.toThrow(/too short/);
  });

  it("allows the sandbox elsewhere only by force", () => {
    expect(parseConfig({ SEGUE_HOST: "0.0.0.0", SEGUE_SANDBOX: "force" }).sandbox).toBe(true);
    expect(parseConfig({ SEGUE_HOST: "0.0.0.0", SEGUE_SANDBOX: "0" }).sandbox).toBe(false);
    expect(parseConfig({ SEGUE_PUBLIC_URL: "http://localhost:4600" }).sandbox).toBe(true);
  });
});
