import "fake-indexeddb/auto";
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { memoryCredentials, memoryIndex, memoryKeys } from "../src/memory/memory-stores";
import { nodeStores } from "../src/node/storage/node-stores";
import { credentialStoreSuite, indexStoreSuite, keyStoreSuite } from "../src/testing/acceptance-stores";
import { webStores } from "../src/web/storage/web-stores";

const tools = { describe, test, equal: (a: unknown, b: unknown) => expect(a).toEqual(b) };
const root = mkdtempSync(join(tmpdir(), "segue-stores-"));
afterAll(() => rmSync(root, { recursive: true }));
let counter = 0;
const node = () => nodeStores(join(root, String(counter++)));
const web = () => webStores(`stores-${counter++}`);

describe("in memory", () => {
  credentialStoreSuite(tools, memoryCredentials);
  indexStoreSuite(tools, memoryIndex);
  keyStoreSuite(tools, memoryKeys);
});

describe("in files", () => {
  credentialStoreSuite(tools, () => node().credentials);
  indexStoreSuite(tools, () => node().index);
  keyStoreSuite(tools, () => node().keys);

  test("only the owner may read what is kept, and nothing else is left behind", async () => {
    const directory = join(root, "modes");
    const stores = nodeStores(directory);
    await stores.credentials.save({ accessToken: "a", refreshToken: null, expiresAt: 1 });
    await stores.keys.loadOrCreate();
    for (const name of readdirSync(directory)) expect(statSync(join(directory, name)).mode & 0o077).toBe(0);
    expect(readdirSync(directory).sort()).toEqual(["credentials.json", "device-keys.json"]);
  });

  test("another program finds the same device", async () => {
    const directory = join(root, "twice");
    const first = await nodeStores(directory).keys.loadOrCreate();
    const second = await nodeStores(directory).keys.loadOrCreate();
    expect(second.identity.publicKey).toEqual(first.identity.publicKey);
  });
});

describe("in IndexedDB", () => {
  credentialStoreSuite(tools, () => web().credentials);
  indexStoreSuite(tools, () => web().index);
  keyStoreSuite(tools, () => web().keys);

  test("private keys cannot be read out", async () => {
    const { identity, agreement } = await web().keys.loadOrCreate();
    expect([identity.privateKey.extractable, agreement.privateKey.extractable]).toEqual([false, false]);
  });

  test("another tab hears that the sign-in changed", async () => {
    const [mine, theirs] = [webStores("two-tabs"), webStores("two-tabs")];
    const heard = new Promise<void>((resolve) => theirs.credentials.onChange(resolve));
    await mine.credentials.save({ accessToken: "a", refreshToken: null, expiresAt: 1 });
    await heard;
    expect((await theirs.credentials.load())?.accessToken).toBe("a");
    await Promise.all([mine.close(), theirs.close()]);
  });
});
