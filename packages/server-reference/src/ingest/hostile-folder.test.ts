import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openMain } from "../adapters/sql/open-main";
import { sniffPicture } from "../production/read/picture";
import { tone } from "../production/testing/sound";
import { encodeWav } from "../production/testing/wav";
import { ingestFolder } from "./ingest";
import { printable } from "./progress-line";

let base: string;
beforeAll(async () => {
  base = await realpath(await mkdtemp(join(tmpdir(), "segue-bad-")));
});
afterAll(() => rm(base, { recursive: true, force: true }));

const song = (hertz: number) => encodeWav(tone(0.3, hertz, 0.4, 44_100), "int16");

function frame(id: string, body: Buffer): Buffer {
  const head = Buffer.alloc(10);
  head.write(id, "latin1");
  head.writeUInt32BE(body.length, 4);
  return Buffer.concat([head, body]);
}
const unicode = (id: string, value: string) =>
  frame(id, Buffer.concat([Buffer.of(1, 0xff, 0xfe), Buffer.from(value, "utf16le")]));
const picture = (bytes: Uint8Array, mime: string) =>
  frame("APIC", Buffer.concat([Buffer.from(`\0${mime}\0\x03\0`, "latin1"), bytes]));

/** A WAV file with an ID3v2.3 chunk. */
function tagged(hertz: number, ...frames: readonly Buffer[]): Uint8Array {
  const body = Buffer.concat(frames);
  const tag = Buffer.alloc(10);
  tag.write("ID3\x03", "latin1");
  for (let i = 0; i < 4; i++) tag[6 + i] = (body.length >> (7 * (3 - i))) & 127;
  const chunk = Buffer.alloc(8);
  chunk.write("id3 ", "latin1");
  chunk.writeUInt32LE(10 + body.length, 4);
  const bytes = Buffer.concat([song(hertz), chunk, tag, body, Buffer.alloc(body.length & 1)]);
  bytes.writeUInt32LE(bytes.length - 8, 4);
  return bytes;
}

function png(width: number, height: number, length = 200): Buffer {
  const bytes = Buffer.alloc(length);
  Buffer.from("89504e470d0a1a0a0000000d49484452", "hex").copy(bytes);
  bytes.writeUInt32BE(width, 16);
  bytes.writeUInt32BE(height, 20);
  return bytes;
}

it("ingests what is sound of a folder full of tricks, and gives every other file a reason", async () => {
  const folder = join(base, "music");
  const outside = join(base, "outside");
  await mkdir(folder);
  await mkdir(outside);
  const put = (name: string | Buffer, bytes: Uint8Array) =>
    writeFile(
      Buffer.isBuffer(name) ? Buffer.concat([Buffer.from(`${folder}/`), name]) : join(folder, name),
      bytes,
    );
  const evil = "\u001b[2J\u202eEvil\u0000\u0007\r\nTitle";
  await put(
    "control.wav",
    tagged(300, unicode("TIT2", evil), unicode("TALB", "Tricks"), unicode("TPE1", "A".repeat(5000))),
  );
  await put("good cover.wav", tagged(310, unicode("TALB", "Good"), picture(png(500, 500), "image/png")));
  await put(
    "huge cover.wav",
    tagged(320, unicode("TALB", "Huge"), picture(png(500, 500, 10_000_000), "image/png")),
  );
  await put(
    "bomb cover.wav",
    tagged(330, unicode("TALB", "Bomb"), picture(png(60_000, 60_000), "image/png")),
  );
  const svg = Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>${" ".repeat(99)}`,
  );
  await put("svg cover.wav", tagged(340, unicode("TALB", "Svg"), picture(svg, "image/svg+xml")));
  await put("lying cover.wav", tagged(350, unicode("TALB", "Lie"), picture(svg, "image/png")));
  await put("..\u202egnp.wav", song(360));
  await put("new\nline \u001b[31m.wav", song(370));
  await put(Buffer.from("latin-1 \xe9.wav", "latin1"), song(380));
  await writeFile(join(outside, "private.wav"), song(390));
  await symlink(outside, join(folder, "linked folder"));
  await symlink(folder, join(folder, "loop"));
  await symlink("nowhere.wav", join(folder, "dangling.wav"));
  await put("looks like a folder.wav.txt", song(400));

  const database = await openMain(":memory:");
  const summary = await ingestFolder(folder, {
    db: database.query,
    dataDir: join(base, "data"),
    secret: new Uint8Array(32),
    ffmpeg: null,
    now: () => 0,
    signal: new AbortController().signal,
    onProgress: () => {},
  });
  const reasons = Object.fromEntries(summary.rejected.map(({ path, reason }) => [path, reason]));
  expect(reasons).toEqual({ "dangling.wav": "unreadable", "latin-1 \ufffd.wav": "unreadable" });
  expect(summary.ingested).toBe(7);
  const tracks = await database.query
    .selectFrom("tracks")
    .innerJoin("albums", "albums.id", "album_id")
    .innerJoin("images", "images.hash", "image_hash")
    .select(["tracks.title", "albums.title as album", "mime"])
    .execute();
  const of = (album: string) => tracks.find((track) => track.album === album)!;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: exactly these are looked for
  for (const { title } of tracks) expect(title).not.toMatch(/[\u0000-\u001f\u202a-\u202e]/);
  expect(of("Tricks").title).toBe("[2J Evil Title");
  expect(of("Good").mime).toBe("image/png");
  for (const album of ["Huge", "Bomb", "Svg", "Lie"]) expect(of(album).mime, album).toBe("image/svg+xml");
  const artists = await database.query.selectFrom("artists").select("name").execute();
  expect(Math.max(...artists.map((artist) => artist.name.length))).toBeLessThanOrEqual(300);
  await database.close();
});

it("prints no character that steers a terminal", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (path) => {
      expect(printable(path)).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    }),
  );
});

it("reads the size of every kind of picture, and survives any bytes", () => {
  const jpeg = Buffer.alloc(100);
  Buffer.from("ffd8ffe000044a46ffc00011080400030003", "hex").copy(jpeg);
  expect(sniffPicture(jpeg)).toBe("image/jpeg");
  jpeg.writeUInt16BE(60_000, 13);
  expect(sniffPicture(jpeg)).toBeNull();
  const gif = Buffer.alloc(100);
  Buffer.from("474946383961f401f401", "hex").copy(gif);
  expect(sniffPicture(gif)).toBe("image/gif");
  const webp = Buffer.alloc(100);
  webp.write("RIFF----WEBPVP8X", "latin1");
  webp.writeUIntLE(499, 24, 3);
  webp.writeUIntLE(499, 27, 3);
  expect(sniffPicture(webp)).toBe("image/webp");
  webp.writeUIntLE(16_000_000, 24, 3);
  expect(sniffPicture(webp)).toBeNull();
  expect(sniffPicture(png(0, 5))).toBeNull();
  const heads = fc.constantFrom("ffd8ff", "89504e470d0a1a0a", "47494638", "52494646000000005745425056503858");
  fc.assert(
    fc.property(heads, fc.uint8Array({ minLength: 60, maxLength: 300 }), (head, rest) => {
      sniffPicture(Buffer.concat([Buffer.from(head, "hex"), rest]));
    }),
  );
});
