import { type Bytes, type Frames, SegueError } from "@segue/core";
import { OggVorbisDecoder } from "@wasm-audio-decoders/ogg-vorbis";
import type { DecodedBlock, RandomReader, TrackDecoder } from "../../ports/decoder";
import { findPage, type OggPage, readPage } from "./ogg-reader";
import { PacketJoiner } from "./packet-joiner";

/** Below this distance pages are read one by one instead of searched. */
const NEAR: Bytes = 48 * 1024;
const MOST_PROBES = 40;
const MOST_HEADER_PAGES = 64;

type Pages = Parameters<OggVorbisDecoder["decodeOggPages"]>[0];

/** Compiles the decoder, so that the first track need not wait for it. */
export async function warmVorbis(): Promise<void> {
  const decoder = new OggVorbisDecoder();
  await decoder.ready;
  decoder.free();
}

/** Decodes Ogg Vorbis from bytes that can be read at any place. */
export class VorbisDecoder implements TrackDecoder {
  readonly #reader: RandomReader;
  readonly #decoder: OggVorbisDecoder;
  readonly #identification: Uint8Array;
  readonly #setup: Uint8Array;
  readonly #audioStart: Bytes;
  readonly #serial: number;
  readonly #expectedFrames: Frames;
  #joiner = new PacketJoiner();
  #at: Bytes;
  #fresh = true;
  /** Granule position of the decoder's frame 0; known once the first page of audio was decoded. */
  #base: Frames | null = null;
  #firstPageFrames: Frames | null = null;
  /** Frames to drop from what is decoded next. */
  #drop = 0;
  #closed = false;

  private constructor(
    reader: RandomReader,
    decoder: OggVorbisDecoder,
    headers: { identification: Uint8Array; setup: Uint8Array; audioStart: Bytes; serial: number },
    expectedFrames: Frames,
  ) {
    this.#reader = reader;
    this.#decoder = decoder;
    this.#identification = headers.identification;
    this.#setup = headers.setup;
    this.#audioStart = headers.audioStart;
    this.#serial = headers.serial;
    this.#expectedFrames = expectedFrames;
    this.#at = headers.audioStart;
  }

  /**
   * Reads the headers. `expectedFrames`, about how many frames the stream decodes to, makes seeking quick.
   * @throws SegueError `decode_failed`
   */
  static async open(reader: RandomReader, expectedFrames: Frames): Promise<VorbisDecoder> {
    const decoder = new OggVorbisDecoder();
    const [headers] = await Promise.all([readHeaders(reader), decoder.ready]);
    return new VorbisDecoder(reader, decoder, headers, expectedFrames);
  }

  async seek(frame: Frames): Promise<void> {
    await this.#restart(this.#audioStart);
    this.#drop = frame;
    if (frame === 0) return;
    const base = await this.#learnBase();
    const page = base === null ? null : await this.#pageBefore(frame, base);
    await this.#restart(this.#audioStart);
    this.#drop = frame;
    if (!page || base === null) return;
    // The packets of this page prime the decoder; its frames end where its granule position says.
    this.#at = page.end;
    await this.#decode(page);
    this.#drop = frame - (page.granule! - base);
  }

  async next(): Promise<DecodedBlock | null> {
    for (;;) {
      if (this.#closed) return null;
      const page = await readPage(this.#reader, this.#at);
      if (!page || this.#closed) return null;
      const first = this.#at === this.#audioStart;
      this.#at = page.end;
      if (page.serial !== this.#serial) continue;
      let block = await this.#decode(page);
      if (first) this.#rememberBase(page, block.frames);
      if (block.frames <= this.#drop) {
        this.#drop -= block.frames;
        continue;
      }
      if (this.#drop > 0) {
        const drop = this.#drop;
        block = { frames: block.frames - drop, channels: block.channels.map((c) => c.subarray(drop)) };
        this.#drop = 0;
      }
      return block;
    }
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#decoder.free();
  }

  #rememberBase(page: OggPage, frames: Frames): void {
    this.#firstPageFrames = frames;
    // The last page's position may be cut short, so a stream of one page has no known base.
    if (page.granule !== null && page.end < this.#reader.size) this.#base = page.granule - frames;
  }

  async #learnBase(): Promise<Frames | null> {
    if (this.#firstPageFrames === null) {
      const page = await readPage(this.#reader, this.#audioStart);
      if (page) this.#rememberBase(page, (await this.#decode(page)).frames);
    }
    return this.#base;
  }

  /** The last page whose frames end at or before `frame` and which holds the beginning of a packet. */
  async #pageBefore(frame: Frames, base: Frames): Promise<OggPage | null> {
    let low = this.#audioStart;
    let lowFrame = 0;
    let high = this.#reader.size;
    let highFrame = Math.max(this.#expectedFrames, frame + 1);
    for (let probe = 0; probe < MOST_PROBES && high - low > NEAR; probe++) {
      const share = (frame - lowFrame) / Math.max(1, highFrame - lowFrame);
      const guess =
        probe < 6 ? low + Math.floor((high - low) * share) - NEAR / 2 : Math.floor((low + high) / 2);
      const from = Math.min(Math.max(low, guess), high - 1);
      const page = await this.#positioned(from, high);
      if (!page || page.granule! - base > frame) {
        if (from <= low) break;
        high = from;
        if (page) highFrame = page.granule! - base;
      } else {
        low = page.offset;
        lowFrame = page.granule! - base;
        // Near enough: the pages up to the target are read one by one.
        if (page.end + NEAR >= high || from + NEAR / 2 >= low + (high - low) * share) {
          if (frame - lowFrame < (this.#expectedFrames * NEAR) / Math.max(1, this.#reader.size)) break;
        }
      }
    }
    let best: OggPage | null = null;
    for (let at = low; ; ) {
      const page = await readPage(this.#reader, at);
      if (!page) return best;
      if (page.serial === this.#serial && page.granule !== null) {
        if (page.granule - base > frame) return best;
        if (primes(page) && page.end < this.#reader.size) best = page;
      }
      at = page.end;
    }
  }

  /** The first page from `from` on that has a position. */
  async #positioned(from: Bytes, to: Bytes): Promise<OggPage | null> {
    let page = await findPage(this.#reader, from, to);
    while (page && (page.granule === null || page.serial !== this.#serial)) {
      page = page.end < to ? await readPage(this.#reader, page.end) : null;
    }
    return page;
  }

  async #restart(at: Bytes): Promise<void> {
    if (!this.#fresh) await this.#decoder.reset();
    this.#fresh = true;
    this.#joiner = new PacketJoiner();
    this.#at = at;
  }

  async #decode(page: OggPage): Promise<DecodedBlock> {
    const frames = this.#joiner.push(page).map((data) => ({ data, header: { vorbisSetup: this.#setup } }));
    if (frames.length === 0) return { channels: [], frames: 0 };
    const pages: object[] = [{ data: new Uint8Array(1), codecFrames: frames }];
    if (this.#fresh) pages.unshift({ data: this.#identification, codecFrames: [] });
    this.#fresh = false;
    try {
      const decoded = await this.#decoder.decodeOggPages(pages as unknown as Pages);
      return { channels: decoded.channelData, frames: decoded.samplesDecoded };
    } catch (cause) {
      throw new SegueError("decode_failed", { cause });
    }
  }
}

/** Whether a packet begins and ends on `page`. */
function primes(page: OggPage): boolean {
  return page.pieces.length - (page.continued ? 1 : 0) - (page.open ? 1 : 0) > 0;
}

async function readHeaders(reader: RandomReader) {
  const joiner = new PacketJoiner();
  const packets: Uint8Array[] = [];
  let at = 0;
  let serial = 0;
  for (let pages = 0; packets.length < 3; pages++) {
    const page = pages < MOST_HEADER_PAGES ? await readPage(reader, at) : null;
    if (!page) throw new SegueError("decode_failed", { detail: "the Vorbis headers are missing" });
    if (pages === 0) serial = page.serial;
    at = page.end;
    packets.push(...joiner.push(page));
  }
  const [identification, , setup] = packets;
  if (packets.length !== 3 || !named(identification!, 1) || !named(setup!, 5)) {
    throw new SegueError("decode_failed", { detail: "not an Ogg Vorbis stream" });
  }
  return { identification: identification!.slice(), setup: setup!.slice(), audioStart: at, serial };
}

/** Whether `packet` is the Vorbis header of kind `kind`. */
function named(packet: Uint8Array, kind: number): boolean {
  return packet[0] === kind && String.fromCharCode(...packet.subarray(1, 7)) === "vorbis";
}
