import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it, vi } from "vitest";
import { ContentStore } from "./content-store";

/** What was brought to disk, in order. */
const synced = vi.hoisted((): string[] => []);
vi.mock("node:fs/promises", async (original) => {
  const actual = await original<typeof import("node:fs/promises")>();
  const open = async (path: string, ...rest: [string, number]) => {
    const handle = await actual.open(path, ...rest);
    const sync = handle.sync.bind(handle);
    handle.sync = async () => {
      synced.push(path);
      await sync();
    };
    return handle;
  };
  return { ...actual, open };
});

const base = mkdtempSync(join(tmpdir(), "segue-store-"));
const root = join(base, "media");
afterAll(() => rmSync(base, { recursive: true }));

const hashOf = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

it("brings an object and every new folder above it to disk before it is said to be stored", async () => {
  const bytes = Buffer.from("first");
  const hash = hashOf(bytes);
  await new ContentStore(root).put(hash, bytes);
  const [file, ...folders] = synced.splice(0);
  expect(file).toContain(join(root, "spool"));
  expect(new Set(folders)).toEqual(new Set([join(root, hash.slice(0, 2)), root, base]));
  expect(readFileSync(join(root, hash.slice(0, 2), hash))).toEqual(bytes);
});

it("names a stream by its hash, and leaves nothing of one that breaks", async () => {
  const store = new ContentStore(root);
  async function* pieces(breaks: boolean) {
    yield Buffer.from("one");
    if (breaks) throw new Error("broken");
    yield Buffer.from("two");
  }
  const { hash, byteLength } = await store.putStream(pieces(false));
  expect([hash, byteLength]).toEqual([hashOf(Buffer.from("onetwo")), 6]);
  await expect(store.putStream(pieces(true))).rejects.toThrow("broken");
  expect(readdirSync(join(root, "spool"))).toEqual([]);
});
