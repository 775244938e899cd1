/** What grant answers hold, for any tracks, codecs, plan and kind of device. */
import fc from "fast-check";
import { isIdOf } from "../../models/ids";
import { tiersOf } from "../../models/tiers";
import { check, type Step } from "../../runner/check";
import type { Execution } from "../../runner/execution";
import type { Listener } from "../../subjects/subject";
import { askGrants, type CodecName, contentKeyOf, readGrant } from "../grants";
import { DEVICE_TYPES, type DeviceType, type RegisteredDevice, registeredDevice } from "../register";

interface GrantStep extends Step {
  readonly do: "grant";
  readonly plan: "free" | "premium";
  readonly type: DeviceType;
  /** Places in the catalog's list of tracks; -1 for a track that does not exist. */
  readonly tracks: readonly number[];
  readonly codecs: readonly CodecName[];
}

const UNKNOWN = "trk_7zzzzzzzzzzzzzzzzzzzzzzzzz";

/** One listener and device per plan and type, made when they are needed. */
export class Cast {
  readonly #listeners = new Map<string, Listener>();
  readonly #devices = new Map<string, RegisteredDevice>();
  /** Device by ephemeral key of an envelope. */
  readonly ephemerals = new Map<string, string>();
  readonly #run: Execution;

  constructor(run: Execution) {
    this.#run = run;
  }

  async listener(plan: "free" | "premium"): Promise<Listener> {
    const held = this.#listeners.get(plan) ?? (await this.#run.listener({ plan }));
    this.#listeners.set(plan, held);
    return held;
  }

  async device(plan: "free" | "premium", type: DeviceType): Promise<RegisteredDevice> {
    const key = `${plan} ${type}`;
    const held =
      this.#devices.get(key) ?? (await registeredDevice(this.#run, await this.listener(plan), type));
    this.#devices.set(key, held);
    return held;
  }
}

export const grantAnswers = check<GrantStep, Cast>({
  id: "playback/grants",
  title: "Grant answers hold one result per item, what the plan allows, and all that a device needs",
  requirements: [
    "PLAY-001",
    "PLAY-022",
    "PLAY-032",
    "PLAY-033",
    "PLAY-034",
    "PLAY-035",
    "PLAY-036",
    "PLAY-039",
    "PLAY-043",
    "LIC-013",
    "LIC-014",
    "LIC-015",
    "CAT-023",
    "TERM-001",
  ],
  runs: 12,
  unless: (facts) => (facts.tracks.length === 0 ? "the catalog has no tracks" : null),
  steps: ({ tracks }) =>
    fc.array(
      fc.record({
        do: fc.constant("grant" as const),
        plan: fc.constantFrom("free" as const, "premium" as const),
        type: fc.constantFrom(...DEVICE_TYPES),
        tracks: fc.uniqueArray(
          fc.oneof(
            { weight: 8, arbitrary: fc.integer({ min: 0, max: tracks.length - 1 }) },
            { weight: 1, arbitrary: fc.constant(-1) },
          ),
          { minLength: 1, maxLength: 8 },
        ),
        codecs: fc.constantFrom<readonly CodecName[]>(["vorbis"], ["vorbis", "aac"], ["aac", "vorbis"]),
      }),
      { minLength: 1, maxLength: 4 },
    ),
  begin: async (run) => new Cast(run),
  async perform(run, cast, { plan, type, tracks, codecs }) {
    const listener = await cast.listener(plan);
    const device = await cast.device(plan, type);
    const trackIds = tracks.map((place) => run.subject.facts.tracks[place]?.id ?? UNKNOWN);
    const answer = await askGrants(run, listener, device.id, { trackIds, codecs });
    run.must(
      "PLAY-034",
      answer.status === 200,
      "200 whatever single items are refused",
      answer.json ?? answer.status,
    );
    run.must(
      "PLAY-039",
      /\bno-store\b/.test(answer.headers.get("cache-control") ?? ""),
      "Cache-Control: no-store",
      answer.headers.get("cache-control"),
    );
    const results: readonly Record<string, unknown>[] = answer.json.results ?? [];
    run.same(
      "PLAY-032",
      results.map((result) => result.trackId),
      trackIds,
      "results for",
    );
    run.must("PLAY-035", Boolean(answer.json.validity?.payload), "a validity", answer.json.validity);
    const ephemerals = new Set<string>();
    for (const [i, result] of results.entries()) {
      const outcomes = ["grant", "refusal"].filter((name) => result[name] !== undefined);
      run.must(
        "PLAY-033",
        outcomes.length === 1,
        "a grant or a refusal",
        outcomes.join(" and ") || "neither",
      );
      if (trackIds[i] === UNKNOWN) {
        const reason = (result.refusal as { reason?: string } | undefined)?.reason;
        run.same("CAT-023", reason, "REFUSAL_REASON_UNKNOWN_TRACK", "the refusal");
      }
      const grant = readGrant(result);
      if (!grant) continue;
      run.must(
        "TERM-001",
        isIdOf("rnd", grant.renditionId) && isIdOf("key", grant.keyId),
        "ids of their kinds",
        [grant.renditionId, grant.keyId],
      );
      const allowed = tiersOf(plan, type, grant.codec);
      run.must(
        "PLAY-001",
        allowed.includes(grant.tier),
        `a tier of ${allowed.join(", ")} kbps (${plan}, ${type})`,
        `${grant.tier} kbps`,
      );
      run.same("PLAY-022", grant.manifest.media.segmentBytes, 16_384, "segmentBytes");
      const { envelope } = grant;
      run.same(
        "PLAY-036",
        [envelope.keyId, envelope.renditionId, envelope.deviceId],
        [grant.keyId, grant.renditionId, device.id],
        "an envelope of",
      );
      const query = new URL(grant.url, run.subject.url).searchParams;
      run.same("PLAY-043", query.get("max"), String(grant.byteLength), "a URL whose max is");
      contentKeyOf(run, device, grant);
      ephemerals.add(String(envelope.ephemeralPublicKey));
    }
    for (const point of ephemerals) {
      const owner = cast.ephemerals.get(point) ?? device.id;
      run.must(
        "LIC-015",
        owner === device.id,
        "an ephemeral key for one device only",
        "the same one for two devices",
      );
      cast.ephemerals.set(point, device.id);
    }
  },
});
