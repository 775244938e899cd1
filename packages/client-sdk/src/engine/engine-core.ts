import { type Frames, fetchAhead, framesToMs, type LicenseState, SegueError } from "@segue/core";
import type { EngineEvent, EngineItem, EngineStats, HeadRequest } from "../ports/engine";
import type { EngineEnvironment, OutputLink } from "./engine-environment";
import { Heads } from "./heads";
import { ItemStream } from "./item-stream";
import { LicenseGate } from "./license-gate";
import { openReader, refusalOf } from "./media/open-reader";
import { type FetchedRange, RangeFetcher } from "./media/range-fetcher";
import type { OutputMessage, OutputReport } from "./output/protocol";
import { OutputStream } from "./output-stream";
import { RangeLog } from "./range-log";
import type { StereoBlock } from "./stereo-block";
import { TimelineEntry } from "./timeline-entry";

const BREATHE_MS = 20;

/** The engine without its threads: it turns items into frames and feeds them to one output. */
export class EngineCore {
  readonly #environment: EngineEnvironment;
  readonly #link: OutputLink;
  readonly #emit: (event: EngineEvent) => void;
  readonly #heads: Heads;
  readonly #gate: LicenseGate;
  readonly #out: OutputStream;
  #entries: TimelineEntry[] = [];
  #nextId = 1;
  #paused = false;
  #truncating = false;
  /** The item that ended last. */
  #ended: string | null = null;
  #pumping = false;
  #closed = false;
  #lastGap: number | null = null;
  readonly #ranges = new RangeLog();
  #decrypted = 0;
  #lastPosition = Number.NEGATIVE_INFINITY;
  /** Who waits for silence. */
  readonly #awaitSilence: (() => void)[] = [];
  #breathed = 0;

  constructor(environment: EngineEnvironment, link: OutputLink, emit: (event: EngineEvent) => void) {
    this.#environment = environment;
    this.#link = link;
    this.#emit = emit;
    this.#heads = new Heads(environment);
    this.#gate = new LicenseGate(environment.now, environment.wall);
    this.#out = new OutputStream(link);
    link.listen((message) => this.#onOutput(message));
  }

  fetchHead(head: HeadRequest): void {
    this.#heads.fetch(head);
  }

  start(item: EngineItem, paused: boolean): void {
    for (const entry of this.#entries) this.#dispose(entry);
    this.#entries = [this.#entryOf(item)];
    this.setPaused(paused);
    this.#flush(item.startFrame > 0);
  }

  append(item: EngineItem): void {
    this.#entries.push(this.#entryOf(item));
    this.#pump();
  }

  truncateAfter(uid: string): void {
    const index = this.#entries.findIndex((entry) => entry.item.uid === uid && !entry.doomed);
    // Whoever cuts behind an item may not have heard yet that it has ended.
    if (index < 0 && uid !== this.#ended) return;
    for (const entry of this.#entries.slice(index + 1)) entry.doomed = true;
    if (!this.#truncating) this.#truncateWritten();
  }

  seek(frame: Frames): void {
    const current = this.#entries[0];
    if (!current || !Number.isFinite(frame)) return;
    this.#dropDoomed();
    current.rewind(frame, this.#out.played, this.#out.rateHz);
    if (current.failure && current.failure.code !== "url_expired") {
      current.failure = null;
      current.fetcher.retry();
    }
    for (const entry of this.#entries.slice(1)) entry.rewind(entry.item.startFrame, 0, this.#out.rateHz);
    this.#flush(current.fromFrame > 0);
    this.#emitPosition(current);
  }

  setPaused(paused: boolean): void {
    this.#paused = paused;
    this.#out.setPaused(paused);
    if (!paused) this.#answerSilence();
  }

  /** Resolves once the output gives no more music after a pause, or when sound is wanted again. */
  whenSilent(): Promise<void> {
    return new Promise((resolve) => {
      this.#awaitSilence.push(resolve);
      this.#checkSilence();
    });
  }

  setVolume(volume: number): void {
    this.#link.send({
      type: "volume",
      volume: Math.min(1, Math.max(0, Number.isFinite(volume) ? volume : 1)),
    });
  }

  setLicense(license: LicenseState): void {
    this.#gate.set(license);
    for (const entry of this.#entries) entry.forgive();
    this.#pump();
  }

  replaceUrl(uid: string, url: string): void {
    for (const entry of this.#entries) if (entry.item.uid === uid) entry.replaceUrl(url);
    this.#pump();
  }

  stats(): EngineStats {
    const rate = this.#out.rateHz;
    return {
      output: this.#link.kind,
      contextSampleRateHz: rate,
      outputLatencyMs: this.#link.latencyMs(),
      ringFillMs: framesToMs(this.#out.waiting, rate),
      rangesFetched: this.#ranges.count,
      bytesFetched: this.#ranges.bytes + this.#heads.bytesFetched,
      segmentsDecrypted:
        this.#decrypted + this.#entries.reduce((sum, entry) => sum + entry.reader.decrypted, 0),
      framesPlayed: this.#out.framesPlayed,
      underrunFrames: this.#out.underrun,
      lastJoinGapFrames: this.#lastGap,
      ranges: this.#ranges.ranges,
    };
  }

  close(): void {
    this.#closed = true;
    for (const entry of this.#entries) this.#dispose(entry);
    this.#entries = [];
    this.#out.restart(false);
    this.#answerSilence();
  }

  /** What is neither paused nor empty sounds again by itself. */
  #checkSilence(): void {
    if (this.#out.silent && (this.#paused || this.#entries.length === 0)) this.#answerSilence();
  }

  #answerSilence(): void {
    for (const resolve of this.#awaitSilence.splice(0)) resolve();
  }

  #entryOf(item: EngineItem): TimelineEntry {
    const fetcher = new RangeFetcher(item.manifest.media, this.#environment, (range) =>
      this.#onRange(item.uid, range),
    );
    const reader = openReader(item, fetcher, this.#gate);
    const head = this.#heads.get(item.manifest.renditionId);
    if (head) fetcher.seed(head);
    const entry = new TimelineEntry(this.#nextId++, item, fetcher, reader);
    const refusal = refusalOf(item.manifest.media);
    if (refusal) this.#fail(entry, refusal);
    return entry;
  }

  #flush(fadeIn: boolean): void {
    this.#truncating = false;
    this.#lastPosition = Number.NEGATIVE_INFINITY;
    this.#out.restart(fadeIn);
    this.#pump();
  }

  #pump(): void {
    if (this.#pumping || this.#closed) return;
    this.#pumping = true;
    void this.#run().finally(() => {
      this.#pumping = false;
    });
  }

  async #run(): Promise<void> {
    this.#breathed = this.#environment.now();
    while (!this.#closed) {
      this.#direct();
      if (!(await this.#step())) return;
      // Commands and reports arrive as tasks; decoding from memory alone would keep them waiting.
      if (this.#environment.now() - this.#breathed > BREATHE_MS) {
        await new Promise((resolve) => setTimeout(resolve, 0));
        this.#breathed = this.#environment.now();
      }
    }
  }

  /** Writes one block. False when there is nothing to do until something happens. */
  async #step(): Promise<boolean> {
    if (this.#truncating) return false;
    const entry = this.#entries.find((candidate) => candidate.endOut === null);
    if (!entry || entry.failure) {
      this.#out.setEof(true);
      return false;
    }
    if (this.#out.full) return false;
    const epoch = this.#out.epoch;
    let block: StereoBlock | null;
    try {
      const stream = entry.stream ?? (await this.#open(entry, epoch));
      if (!stream) return true;
      block = entry.held ?? (await stream.next());
    } catch (cause) {
      if (epoch === this.#out.epoch && this.#entries.includes(entry))
        this.#fail(entry, SegueError.from(cause, "decode_failed"));
      return true;
    }
    if (epoch !== this.#out.epoch || this.#closed || !this.#entries.includes(entry)) return true;
    if (this.#truncating) {
      entry.held = block;
      return false;
    }
    entry.held = null;
    this.#out.setEof(false);
    if (entry.startOut === null) {
      entry.startOut = this.#out.mark(entry.id);
    }
    if (block) this.#out.write(block);
    else this.#finish(entry);
    return true;
  }

  async #open(entry: TimelineEntry, epoch: number): Promise<ItemStream | null> {
    const { manifest, gain } = entry.item;
    const decoder = await this.#environment.openDecoder(manifest, entry.reader);
    let stream: ItemStream;
    try {
      stream = await ItemStream.at(decoder, manifest, entry.fromFrame, gain, this.#out.rateHz);
    } catch (cause) {
      decoder.close();
      throw cause;
    }
    if (epoch !== this.#out.epoch || !this.#entries.includes(entry)) {
      stream.close();
      return null;
    }
    entry.stream = stream;
    return stream;
  }

  #finish(entry: TimelineEntry): void {
    if (entry.stream && entry.stream.missing > 0) {
      const error = new SegueError("trim_mismatch", { detail: `${entry.stream.missing} frames are missing` });
      this.#emit({ type: "failed", uid: entry.item.uid, error });
    }
    entry.endOut = this.#out.written;
    entry.stream?.close();
    entry.stream = null;
  }

  #fail(entry: TimelineEntry, error: SegueError): void {
    if (error.code === "aborted") return;
    entry.failure = error;
    // What the fetcher gave up on is tried again when the item is asked for again.
    if (error.code !== "url_expired") entry.fetcher.setAhead("none");
    this.#emit({ type: "failed", uid: entry.item.uid, error });
  }

  #direct(): void {
    const timeline = this.#entries.map(({ failure, fetcher }) => ({
      complete: fetcher.store.complete,
      failed: failure !== null,
    }));
    const plan = fetchAhead(timeline, framesToMs(this.#out.waiting, this.#out.rateHz));
    for (const [index, ahead] of plan.entries()) {
      if (ahead !== null) this.#entries[index]!.fetcher.setAhead(ahead);
    }
  }

  #onRange(uid: string, range: FetchedRange): void {
    this.#ranges.add(uid, range);
    this.#emitBuffered(uid);
    this.#direct();
  }

  #emitBuffered(uid: string): void {
    const entry = this.#entries.find((candidate) => candidate.item.uid === uid);
    if (!entry) return;
    this.#emit(entry.buffered(this.#out.written, this.#out.played, this.#out.rateHz));
  }

  #onOutput(message: OutputMessage): void {
    if (this.#closed || message.epoch !== this.#out.epoch) return;
    if (message.type === "report") this.#onReport(message);
    else if (message.type === "truncated") this.#onTruncated(message.done, message.frame);
  }

  #onReport(report: OutputReport): void {
    const dry = this.#out.take(report);
    for (const mark of report.marks) this.#enter(mark.id, mark.gap);
    const current = this.#entries[0];
    if (dry && current?.started) this.#emit({ type: "stalled", uid: current.item.uid });
    const rate = this.#out.rateHz;
    const moved = report.played - this.#lastPosition;
    // Where the sound came to rest is told to the frame: another device may go on from there.
    if (current?.started && (moved >= rate / 5 || (this.#paused && moved > 0))) {
      this.#lastPosition = report.played;
      this.#emitPosition(current);
      this.#emitBuffered(current.item.uid);
    }
    this.#drain();
    this.#checkSilence();
    this.#pump();
  }

  #emitPosition(entry: TimelineEntry): void {
    const [played, rate] = [this.#out.played, this.#out.rateHz];
    const framesPlayed = entry.framesPlayed(played, rate);
    this.#emit({ type: "position", uid: entry.item.uid, frame: entry.frameAt(played, rate), framesPlayed });
  }

  /** The item `id` became audible. */
  #enter(id: number, gap: Frames): void {
    const index = this.#entries.findIndex((entry) => entry.id === id);
    const entry = this.#entries[index];
    if (!entry) return;
    // The first item of a stream joins nothing; one that was appended after the end of the last item does.
    if (entry.startOut !== 0) this.#lastGap = gap;
    for (const before of this.#entries.splice(0, index)) this.#end(before);
    this.#lastPosition = this.#out.played;
    if (entry.started) this.#emitPosition(entry);
    else this.#emit({ type: "started", uid: entry.item.uid, frame: entry.fromFrame });
    entry.started = true;
  }

  /** Ends the last item once all of its frames were played. */
  #drain(): void {
    const current = this.#entries[0];
    if (!current || current.endOut === null || this.#out.played < current.endOut) return;
    const next = this.#entries[1];
    if (next && !next.failure) return;
    this.#entries.shift();
    this.#end(current);
    // Whoever heard of the end may have appended.
    if (!this.#entries[0] || this.#entries[0].failure) this.#emit({ type: "idle" });
  }

  #end(entry: TimelineEntry): void {
    const played = entry.endOut ?? this.#out.played;
    this.#ended = entry.item.uid;
    this.#emit({
      type: "ended",
      uid: entry.item.uid,
      framesPlayed: entry.framesPlayed(played, this.#out.rateHz),
    });
    this.#dispose(entry);
  }

  #dispose(entry: TimelineEntry): void {
    this.#decrypted += entry.reader.decrypted;
    entry.close();
  }

  #dropDoomed(): void {
    for (const entry of this.#entries) if (entry.doomed) this.#dispose(entry);
    this.#entries = this.#entries.filter((entry) => !entry.doomed);
  }

  #truncateWritten(): void {
    const index = this.#entries.findIndex((entry) => entry.doomed);
    const written = this.#entries[index]?.startOut;
    if (written === undefined) return;
    if (written === null) {
      this.#dropDoomed();
      this.#pump();
      return;
    }
    this.#truncating = true;
    this.#out.truncate(written);
  }

  #onTruncated(done: boolean, frame: Frames): void {
    if (!this.#truncating) return;
    this.#truncating = false;
    if (done) {
      this.#dropDoomed();
      this.#out.truncated(frame);
      // Items behind were appended meanwhile and nothing of them was written.
    } else {
      // The first doomed item is audible already: it stays.
      const audible = this.#entries.find((entry) => entry.doomed);
      if (audible) audible.doomed = false;
      this.#truncateWritten();
    }
    this.#pump();
  }
}
