import { createHash, randomBytes, webcrypto } from "node:crypto";
import { EMPTY_LICENSE, idFromBytes, type LicenseState, type Manifest } from "@segue/core";
import type { EngineItem } from "../../src/ports/engine";
import { encode, seal } from "./fixtures";

/** What goes wrong with one request. */
export interface Fault {
  /** Cuts the body after so many bytes. */
  readonly cut?: number;
  readonly status?: number;
  readonly code?: string;
  /** Ignores Range. */
  readonly whole?: boolean;
  /** Flips a bit of this byte of the object. */
  readonly flip?: number;
  readonly networkError?: boolean;
  readonly etag?: string;
}

/** A media server behind `fetch`, without sockets. */
export class MediaServer {
  readonly objects = new Map<string, Uint8Array>();
  readonly requests: string[] = [];
  /** Asked for each request, in order. */
  fault: (request: number, url: string) => Fault = () => ({});

  readonly fetch = (async (url: string, init: RequestInit = {}) => {
    const fault = this.fault(this.requests.length, url);
    const range = (init.headers as Record<string, string>).range!;
    this.requests.push(`${new URL(url).pathname} ${range}`);
    if (fault.networkError) throw new TypeError("fetch failed");
    const status = fault.status;
    if (status) {
      return new Response(JSON.stringify({ code: fault.code }), {
        status,
        headers: { "content-type": "application/problem+json" },
      });
    }
    const object = this.objects.get(new URL(url).pathname)!;
    const match = /^bytes=(\d+)-(\d+)$/.exec(range)!;
    const start = fault.whole ? 0 : Number(match[1]);
    const end = fault.whole ? object.length : Math.min(object.length, Number(match[2]) + 1);
    const body = object.slice(start, end);
    if (fault.flip !== undefined && fault.flip >= start && fault.flip < end) body[fault.flip - start]! ^= 1;
    const cut = fault.cut === undefined ? body : body.subarray(0, fault.cut);
    const headers: Record<string, string> = { etag: fault.etag ?? `"${object.length}"` };
    if (fault.cut === undefined) headers["content-length"] = String(body.length);
    if (!fault.whole) headers["content-range"] = `bytes ${start}-${end - 1}/${object.length}`;
    const stream = new ReadableStream({
      start(controller) {
        for (let at = 0; at < cut.length; at += 5000) controller.enqueue(cut.slice(at, at + 5000));
        controller.close();
      },
    });
    init.signal?.throwIfAborted();
    return new Response(stream, { status: fault.whole ? 200 : 206, headers });
  }) as unknown as typeof fetch;

  /** Encodes, seals and offers a track; `edit` changes its manifest. */
  async publish(
    channels: readonly Float32Array[],
    options: {
      readonly rateHz?: number;
      readonly gain?: number;
      readonly uid?: string;
      readonly aac?: Uint8Array;
    } = {},
  ): Promise<{ item: EngineItem; plain: Uint8Array; keyBytes: Uint8Array }> {
    const rateHz = options.rateHz ?? 44_100;
    const plain = options.aac ?? (await encode(channels, rateHz));
    const keyBytes = randomBytes(32);
    const noncePrefix = new Uint8Array(randomBytes(7));
    const sealed = await seal(plain, keyBytes, noncePrefix);
    const hash = createHash("sha256").update(sealed).digest("hex");
    this.objects.set(`/${hash}`, sealed);
    const manifest: Manifest = {
      renditionId: idFromBytes("rendition", randomBytes(16)),
      trackId: idFromBytes("track", randomBytes(16)),
      codec: options.aac ? "aac" : "vorbis",
      bitrateBps: 160_000,
      sampleRateHz: rateHz,
      channels: channels.length as 1 | 2,
      // ffmpeg's encoder begins with one packet of silence.
      trimStartFrames: options.aac ? 1024 : 0,
      trimEndFrames: 0,
      totalFrames: channels[0]!.length,
      loudness: { trackLufs: -14, trackPeak: 1, albumLufs: -14, albumPeak: 1 },
      media: {
        hash,
        byteLength: sealed.length,
        segmentBytes: 16_384,
        keyId: idFromBytes("key", randomBytes(16)),
        salt: new Uint8Array(32),
        noncePrefix,
        url: `http://media.test/${hash}`,
        urlExpiresAtMs: Date.now() + 3_600_000,
      },
    };
    const segmentKey = (await webcrypto.subtle.importKey("raw", keyBytes, "AES-GCM", false, [
      "decrypt",
    ])) as CryptoKey;
    const uid = options.uid ?? manifest.renditionId;
    return {
      plain,
      keyBytes: new Uint8Array(keyBytes),
      item: { uid, manifest, segmentKey, startFrame: 0, gain: options.gain ?? 1 },
    };
  }
}

/** A license that is valid until `notAfterMs`. */
export function license(notAfterMs: number): LicenseState {
  const deviceId = idFromBytes("device", randomBytes(16));
  return {
    ...EMPTY_LICENSE,
    deviceId,
    clock: { highWaterMs: Date.now(), proof: null },
    validity: {
      seq: 1,
      deviceId,
      userId: idFromBytes("user", randomBytes(16)),
      plan: "premium",
      offlineAllowed: true,
      issuedAtMs: Date.now(),
      notAfterMs,
      renewAfterMs: notAfterMs,
      revokedKeyIds: [],
    },
  };
}
