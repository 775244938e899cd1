import { createECDH, createHash, webcrypto } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { missingFrames, startTrim, trimChunk } from "../src/audio/trim";
import { countedMs, countsAsStream } from "../src/events/count-rule";
import { createDedupeWindow } from "../src/events/dedupe";
import { placeInTime } from "../src/events/event-time";
import type { PlayEvent } from "../src/events/play-event";
import { tally } from "../src/events/tally";
import { bytesHex, hexBytes, isUuidV7, uuidText, uuidV7, uuidV7Time } from "../src/events/uuid-v7";
import { judge } from "../src/events/verdict";
import type { DeviceId, KeyId, RenditionId, TrackId } from "../src/ids";
import { EMPTY_LICENSE, gate, licenseStep } from "../src/license/license";
import { trustedNow } from "../src/license/trusted-clock";
import { decidePrefetch, openLatch } from "../src/prefetch/policy";
import { openEnvelope, wrapContentKey } from "../src/protection/envelope";
import { deriveSegmentKey } from "../src/protection/key-schedule";
import { segmentRange } from "../src/protection/layout";
import { openSegment } from "../src/protection/segments";
import {
  deviceProofBytes,
  mediaUrlSignedText,
  timeProofSignedBytes,
  validitySignedBytes,
} from "../src/protection/signed-bytes";
import {
  advance,
  EMPTY_QUEUE,
  editQueue,
  goBack,
  loadContext,
  type QueueItem,
  type QueueState,
  skipTo,
  upcoming,
} from "../src/queue/queue";
import { shuffledOrder } from "../src/queue/shuffle";
import { buildValidity, numberedId } from "../src/testing/builders";
import { sealMedia } from "../src/testing/seal-media";
import { agree, syncCrypto } from "./node-crypto";

// biome-ignore lint/suspicious/noExplicitAny: the shape of a case is the file's own
type Case = any;
function vectors(name: string): [string, Case][] {
  const file = new URL(`../../conformance/vectors/v1/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(file, "utf8")).cases.map((each: Case) => [each.name, each]);
}
const bytes = (hex: string) => new Uint8Array(Buffer.from(hex, "hex"));
const hex = (value: Uint8Array) => Buffer.from(value).toString("hex");

describe("segments", () => {
  test.each(vectors("protection/segments"))("%s", async (_, each) => {
    const args = [
      webcrypto,
      bytes(each.contentKey),
      bytes(each.salt),
      each.renditionId as RenditionId,
    ] as const;
    const plain = Uint8Array.from(
      { length: each.plaintextPattern.length },
      (_v, i) => (i * 31 + (i >> 8)) & 255,
    );
    const prefix = bytes(each.noncePrefix);
    const media = await sealMedia(webcrypto, await deriveSegmentKey(...args, ["encrypt"]), prefix, plain);
    expect(media.length).toBe(each.byteLength);
    expect(createHash("sha256").update(media).digest("hex")).toBe(each.hash);
    const key = await deriveSegmentKey(...args);
    for (const [index, hash] of each.segmentHashes.entries()) {
      const { start, length } = segmentRange(index, media.length);
      const sealed = media.subarray(start, start + length);
      expect(createHash("sha256").update(sealed).digest("hex")).toBe(hash);
      await openSegment(webcrypto, key, prefix, index, media.length, sealed);
    }
  });
});

describe("envelopes", () => {
  const privateKey = (scalar: string, point: string) => {
    const b64 = (value: string) => Buffer.from(value, "hex").toString("base64url");
    const jwk = {
      kty: "EC",
      crv: "P-256",
      d: b64(scalar),
      x: b64(point.slice(2, 66)),
      y: b64(point.slice(66)),
    };
    return webcrypto.subtle.importKey("jwk", jwk, { name: "ECDH", namedCurve: "P-256" }, false, [
      "deriveBits",
    ]);
  };
  test.each(vectors("protection/envelope"))("%s", async (_, each) => {
    const ids = {
      deviceId: each.deviceId as DeviceId,
      keyId: each.keyId as KeyId,
      renditionId: each.renditionId as RenditionId,
    };
    const ephemeral = createECDH("prime256v1");
    ephemeral.setPrivateKey(bytes(each.ephemeralPrivateKey));
    const agreement = agree(ephemeral, bytes(each.devicePublicKey));
    const wrapped: string[] = [];
    const watched = {
      ...syncCrypto,
      wrapKey(keyEncryptionKey: Uint8Array, key: Uint8Array) {
        wrapped.push(hex(keyEncryptionKey));
        return syncCrypto.wrapKey(keyEncryptionKey, key);
      },
    };
    const envelope = wrapContentKey(watched, agreement, bytes(each.contentKey), ids);
    expect(hex(envelope.ephemeralPublicKey)).toBe(each.ephemeralPublicKey);
    expect(wrapped).toEqual([each.keyEncryptionKey]);
    expect(hex(envelope.wrappedKey)).toBe(each.wrappedKey);
    const device = await privateKey(each.devicePrivateKey, each.devicePublicKey);
    await openEnvelope(webcrypto, envelope, device, ids.deviceId);
  });
});

test.each(vectors("protection/signed-bytes"))("signed bytes: %s", (_, each) => {
  const made = {
    validity: () => validitySignedBytes(bytes(each.payload)),
    "time-proof": () => timeProofSignedBytes(bytes(each.payload)),
    "device-proof": () =>
      deviceProofBytes(bytes(each.challenge), bytes(each.identityKey), bytes(each.agreementKey)),
    "media-url": () => Buffer.from(mediaUrlSignedText(each.hash, each.exp, each.max)),
  }[each.kind as "validity"]();
  expect(hex(made)).toBe(each.bytes);
});

const items = (uids: string[], source: QueueItem["source"]): QueueItem[] =>
  uids.map((uid, i) => ({ uid, trackId: numberedId("track", i), source }));
function runQueue(state: QueueState, command: Case): QueueState {
  switch (command.type) {
    case "load":
      return loadContext(state, items(command.uids, "context"), command.startIndex, false, 0);
    case "next":
      return advance(state, false);
    case "previous":
      return goBack(state);
    case "skip_to":
      return skipTo(state, command.uid);
    case "add":
    case "add_first":
      return editQueue(state, { type: command.type, items: items(command.uids, "up_next") });
    default:
      return editQueue(state, command);
  }
}
test.each(vectors("queue/play-order"))("queue: %s", (_, each) => {
  const state = each.commands.reduce(runQueue, EMPTY_QUEUE);
  expect(state.current?.uid ?? null).toBe(each.current);
  expect(upcoming(state, each.count ?? 10).map((item) => item.uid)).toEqual(each.upcoming);
});

test.each(vectors("prefetch/thresholds"))("prefetch: %s", (_, each) => {
  let latch = openLatch("pass");
  const fired = each.observed.map(({ frame, aheadMs, complete }: Case) => {
    const facts = {
      passId: "pass",
      frame,
      totalFrames: each.totalFrames,
      currentComplete: complete,
      aheadMs,
    };
    const decision = decidePrefetch(latch, facts);
    latch = decision.latch;
    return [...(decision.next ? ["next"] : []), ...(decision.nextNext ? ["nextNext"] : [])];
  });
  expect(fired).toEqual(each.fired);
});

test.each(vectors("trim/slices"))("trim: %s", (_, each) => {
  let state = startTrim(each);
  const kept = each.chunks.map((frames: number) => {
    const slice = trimChunk(state, frames);
    state = slice.state;
    return slice.from === slice.to ? [0, 0] : [slice.from, slice.to];
  });
  expect(kept).toEqual(each.kept);
  expect(missingFrames(state)).toBe(each.missing);
});

test.each(vectors("license/gate"))("license: %s", (_, each) => {
  const deviceId = numberedId("device", 1);
  let state = licenseStep(EMPTY_LICENSE, { type: "device", deviceId });
  for (const { type, reading, serverMs, ...rest } of each.inputs) {
    state = licenseStep(
      state,
      type === "validity"
        ? { type, reading, validity: buildValidity(rest.seq, rest) }
        : { type, reading, serverMs },
    );
  }
  const answer = gate(state, "key_00000000000000000000000002" as KeyId, each.ask);
  expect(answer.open ? "open" : answer.code).toBe(each.answer);
});

test.each(vectors("events/count-rule"))("count rule: %s", (_, each) => {
  expect(countedMs(each)).toBe(each.countedMs);
  expect(countsAsStream(each)).toBe(each.counts);
});

test.each(vectors("events/time"))("event time: %s", (_, each) => {
  const { start, end, future, tooOld } = each;
  const place = placeInTime(each, each.sentAtMs, each.receivedAtMs);
  expect(place).toEqual({ startedAtMs: start, endedAtMs: end, future, tooOld });
});

test.each(vectors("events/uuid-v7"))("event id: %s", (_, each) => {
  const id = hexBytes(each.id);
  expect(isUuidV7(id)).toBe(each.valid ?? true);
  if (each.timeMs === undefined) return;
  expect(uuidText(uuidV7(each.timeMs, bytes(each.randomHex)))).toBe(each.id);
  expect(uuidV7Time(id)).toBe(each.timeMs);
});

test.each(vectors("events/dedupe"))("dedupe: %s", (_, each) => {
  const window = createDedupeWindow();
  const trackId = numberedId("track", 1);
  const log: { trackId: typeof trackId; counts: boolean }[] = [];
  const receipts = each.batches.map(({ user, receivedAtMs, events }: Case) => {
    window.forget(receivedAtMs);
    return events.map((id: string) => {
      const eventId = bytesHex(bytes(id));
      const event = { endedAtMs: receivedAtMs, msPlayed: 30_000, elapsedMs: 30_000 } as PlayEvent;
      const acceptedFrom = window.acceptedFrom(eventId, user);
      const verdict = judge(event, { sentAtMs: receivedAtMs, receivedAtMs, acceptedFrom, trackKnown: true });
      if (verdict.status === "accepted") {
        window.add(eventId, user, receivedAtMs);
        log.push({ trackId, counts: verdict.counts });
      }
      return verdict.reason ? `${verdict.status}:${verdict.reason}` : verdict.status;
    });
  });
  expect(receipts).toEqual(each.receipts);
  expect(tally(log).get(trackId) ?? 0).toBe(each.plays);
});

test.each(vectors("events/verdicts"))("verdicts: %s", (_, each) => {
  const window = createDedupeWindow();
  const log: { trackId: TrackId; counts: boolean }[] = [];
  for (const { user, sentAtMs, receivedAtMs, events, receipts } of each.batches) {
    const said = events.map(({ id, trackId, ...rest }: Case) => {
      const acceptedFrom = window.acceptedFrom(id, user);
      const trackKnown = each.tracks.includes(trackId);
      const verdict = judge(rest as PlayEvent, { sentAtMs, receivedAtMs, acceptedFrom, trackKnown });
      if (verdict.status === "accepted") {
        window.add(id, user, receivedAtMs);
        log.push({ trackId, counts: verdict.counts });
      }
      return [verdict.status.toUpperCase(), verdict.reason];
    });
    expect(said).toEqual(receipts);
  }
  const plays = tally(log);
  for (const trackId of each.tracks) expect(plays.get(trackId) ?? 0).toBe(each.plays[trackId]);
});

test.each(vectors("license/clock-proofs"))("clock proofs: %s", (_, each) => {
  let state = EMPTY_LICENSE;
  const after = each.steps.map(({ type, serverMs, reading }: Case) => {
    state = licenseStep(state, type === "proof" ? { type, serverMs, reading } : { type: "tick", reading });
    const { clock, tamperHold } = state;
    return { trustedMs: trustedNow(clock, reading), highWaterMs: clock.highWaterMs, hold: tamperHold };
  });
  expect(after).toEqual(each.after);
});

test.each(vectors("queue/shuffle"))("shuffle: %s", (_, { uids, seed, first, order }) => {
  expect(shuffledOrder(uids, seed, first)).toEqual(order);
});
