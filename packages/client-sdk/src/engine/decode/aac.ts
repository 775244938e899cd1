import { type Frames, SegueError } from "@segue/core";
import { CustomSource, type EncodedPacket, EncodedPacketSink, Input, MP4 } from "mediabunny";
import type { DecodedBlock, RandomReader, TrackDecoder } from "../../ports/decoder";

const PACKET_FRAMES = 1024;
/** Packets that the decoder is given before the one that is wanted: each overlaps the one before it. */
const PRE_ROLL_PACKETS = 2;
const MOST_QUEUED = 8;

/** Decodes AAC-LC in MP4 with the browser's decoder. */
export class AacDecoder implements TrackDecoder {
  readonly #input: Input;
  readonly #packets: EncodedPacketSink;
  readonly #config: AudioDecoderConfig;
  readonly #first: EncodedPacket;
  #decoder: AudioDecoder | null = null;
  #blocks: DecodedBlock[] = [];
  #last: EncodedPacket | null = null;
  #begun = false;
  #ended = false;
  #failure: SegueError | null = null;
  #wake: () => void = () => undefined;
  #target: Frames = 0;
  /** Frames to drop; null until the first output says where it lies. */
  #drop: Frames | null = null;

  private constructor(
    input: Input,
    packets: EncodedPacketSink,
    config: AudioDecoderConfig,
    first: EncodedPacket,
  ) {
    this.#input = input;
    this.#packets = packets;
    this.#config = config;
    this.#first = first;
  }

  /** @throws SegueError `codec_unsupported`, `decode_failed` */
  static async open(reader: RandomReader): Promise<AacDecoder> {
    if (typeof AudioDecoder === "undefined")
      throw new SegueError("codec_unsupported", { detail: "no AudioDecoder" });
    let failure: unknown = null;
    const source = new CustomSource({
      getSize: () => reader.size,
      read: (start, end) =>
        reader.read(start, end - start).catch((error) => {
          failure = error;
          throw error;
        }),
    });
    const input = new Input({ formats: [MP4], source });
    try {
      const track = await input.getPrimaryAudioTrack();
      const config = await track?.getDecoderConfig();
      if (!track || !config) throw new SegueError("decode_failed", { detail: "no audio track" });
      const { supported } = await AudioDecoder.isConfigSupported(config);
      if (!supported) throw new SegueError("codec_unsupported", { detail: config.codec });
      const packets = new EncodedPacketSink(track);
      const first = await packets.getFirstPacket();
      if (!first) throw new SegueError("decode_failed", { detail: "the track is empty" });
      return new AacDecoder(input, packets, config, first);
    } catch (error) {
      input.dispose();
      throw SegueError.from(failure ?? error, "decode_failed");
    }
  }

  async seek(frame: Frames): Promise<void> {
    this.#stop();
    this.#target = frame;
    const packet = Math.max(0, Math.floor(frame / PACKET_FRAMES) - PRE_ROLL_PACKETS);
    // Half a packet later, so that rounded timestamps cannot name the packet before.
    const seconds = this.#first.timestamp + ((packet + 0.5) * PACKET_FRAMES) / this.#config.sampleRate;
    this.#last = packet === 0 ? this.#first : ((await this.#packets.getPacket(seconds)) ?? this.#first);
    this.#start();
  }

  async next(): Promise<DecodedBlock | null> {
    for (;;) {
      if (this.#failure) throw this.#failure;
      const block = this.#blocks.shift();
      if (block) {
        const trimmed = this.#trim(block);
        if (trimmed) return trimmed;
        continue;
      }
      const decoder = this.#decoder;
      if (this.#ended || !decoder) return null;
      if (decoder.decodeQueueSize >= MOST_QUEUED)
        await new Promise<void>((resolve) => (this.#wake = resolve));
      else await this.#feed(decoder);
    }
  }

  close(): void {
    this.#stop();
    this.#input.dispose();
  }

  async #feed(decoder: AudioDecoder): Promise<void> {
    const packet = this.#begun ? this.#last && (await this.#packets.getNextPacket(this.#last)) : this.#last;
    if (decoder !== this.#decoder) return;
    this.#begun = true;
    if (packet) {
      this.#last = packet;
      decoder.decode(packet.toEncodedAudioChunk());
      return;
    }
    await decoder.flush().catch(() => undefined);
    this.#ended = this.#blocks.length === 0;
  }

  #trim(block: DecodedBlock): DecodedBlock | null {
    const drop = this.#drop ?? 0;
    if (drop >= block.frames) {
      this.#drop = drop - block.frames;
      return null;
    }
    this.#drop = 0;
    return { frames: block.frames - drop, channels: block.channels.map((channel) => channel.subarray(drop)) };
  }

  #start(): void {
    const decoder = new AudioDecoder({
      output: (data) => {
        if (decoder === this.#decoder) this.#take(data);
        data.close();
        this.#wake();
      },
      error: (cause) => {
        if (decoder === this.#decoder) this.#failure = new SegueError("decode_failed", { cause });
        this.#wake();
      },
    });
    decoder.ondequeue = () => this.#wake();
    decoder.configure(this.#config);
    this.#decoder = decoder;
  }

  #take(data: AudioData): void {
    if (this.#drop === null) {
      const packets = ((data.timestamp / 1e6 - this.#first.timestamp) * data.sampleRate) / PACKET_FRAMES;
      this.#drop = Math.max(0, this.#target - Math.round(packets) * PACKET_FRAMES);
    }
    const channels = Array.from({ length: data.numberOfChannels }, (_, planeIndex) => {
      const samples = new Float32Array(data.numberOfFrames);
      data.copyTo(samples, { planeIndex, format: "f32-planar" });
      return samples;
    });
    this.#blocks.push({ channels, frames: data.numberOfFrames });
  }

  #stop(): void {
    const decoder = this.#decoder;
    this.#decoder = null;
    if (decoder && decoder.state !== "closed") decoder.close();
    this.#blocks = [];
    this.#begun = false;
    this.#ended = false;
    this.#failure = null;
    this.#drop = null;
    this.#wake();
  }
}
