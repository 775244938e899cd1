/** Validities, time proofs and the keys that sign them. */
import { timeProofCodec, validityCodec } from "@segue/core/wire";
import fc from "fast-check";
import { expectProblem } from "../../models/answers";
import { isSigned } from "../../models/protection";
import { check, type Step } from "../../runner/check";
import type { Execution } from "../../runner/execution";
import type { Listener } from "../../subjects/subject";
import { askGrants } from "../grants";
import { type RegisteredDevice, registeredDevice } from "../register";

const DAY_MS = 86_400_000;
const OFFLINE_MS = 2_592_000_000;

type ValidityStep = Step & {
  readonly do: "renew" | "grant" | "prove" | "prove for another";
  readonly plan: "free" | "premium";
  readonly nonceBytes: number;
  /** What a device says it holds, above what it was given. */
  readonly claim: number;
};

interface Holder {
  readonly listener: Listener;
  readonly device: RegisteredDevice;
  /** Highest seq that the server made for the device, and the payload that carried it. */
  seq: number;
  payload: string;
}
type State = { readonly free: Holder; readonly premium: Holder };

interface Signed {
  readonly payload?: unknown;
  readonly signature?: unknown;
  readonly signingKeyId?: unknown;
}
const bytes = (value: unknown) => Buffer.from(typeof value === "string" ? value : "", "base64");

/** Judges that a listed key signed it; gives the payload. */
async function verified(
  run: Execution,
  label: string,
  id: string,
  signed: Signed | undefined,
): Promise<Buffer> {
  const listed = await run.http.get("/v1/license/keys");
  const keys: readonly { kid: string; x: string }[] = listed.json?.keys ?? [];
  const key = keys.find((each) => each.kid === signed?.signingKeyId);
  run.must(
    "LIC-032",
    key !== undefined,
    "the signing key among /v1/license/keys",
    `${signed?.signingKeyId} is not listed`,
  );
  const payload = bytes(signed?.payload);
  const genuine = isSigned(label, payload, bytes(signed?.signature), key?.x ?? "");
  run.must(
    id,
    genuine,
    `Ed25519 by ${signed?.signingKeyId} over "${label}" ‖ 0x00 ‖ payload`,
    "a signature that does not verify",
  );
  return payload;
}

function decoded<T>(run: Execution, id: string, what: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    run.must(id, false, `a ${what}`, (error as Error).message);
    throw error;
  }
}

async function judgeValidity(
  run: Execution,
  holder: Holder,
  signed: Signed | undefined,
  renewed: boolean,
): Promise<void> {
  const payload = await verified(run, "segue/validity/v1", "LIC-019", signed);
  const validity = decoded(run, "LIC-028", "Validity", () => validityCodec.fromBytes(payload));
  const { listener, device } = holder;
  run.same("LIC-028", [validity.deviceId, validity.userId], [device.id, listener.id], "a validity of");
  const isNew = payload.toString("hex") !== holder.payload;
  if (isNew) run.must("LIC-022", validity.seq > holder.seq, `seq above ${holder.seq}`, validity.seq);
  else run.must("LIC-028", !renewed, "a validity newer than the one held", `seq ${validity.seq} again`);
  holder.seq = validity.seq;
  holder.payload = payload.toString("hex");
  run.must(
    "LIC-027",
    !validity.offlineAllowed || listener.plan === "premium",
    "offlineAllowed only for premium",
    `offlineAllowed on the ${listener.plan} plan`,
  );
  const lasts = validity.notAfterMs - validity.issuedAtMs;
  if (validity.offlineAllowed) run.same("LIC-025", lasts, OFFLINE_MS, "notAfterMs − issuedAtMs =");
  else run.same("LIC-026", lasts, DAY_MS, "notAfterMs − issuedAtMs =");
}

export const validities = check<ValidityStep, State>({
  id: "license/validity",
  title: "Validities and time proofs are signed, rise, and say what the plan allows",
  requirements: [
    "LIC-019",
    "LIC-022",
    "LIC-025",
    "LIC-026",
    "LIC-027",
    "LIC-028",
    "LIC-032",
    "LIC-044",
    "PLAY-035",
  ],
  runs: 10,
  steps: () =>
    fc.array(
      fc.record({
        do: fc.constantFrom(
          "renew" as const,
          "grant" as const,
          "prove" as const,
          "prove for another" as const,
        ),
        plan: fc.constantFrom("free" as const, "premium" as const),
        nonceBytes: fc.constantFrom(16, 17, 32, 64),
        claim: fc.constantFrom(0, 0, 1, 1000),
      }),
      { minLength: 1, maxLength: 6 },
    ),
  async begin(run) {
    const holder = async (plan: "free" | "premium"): Promise<Holder> => {
      const listener = await run.listener({ plan });
      return { listener, device: await registeredDevice(run, listener), seq: 0, payload: "" };
    };
    return { free: await holder("free"), premium: await holder("premium") };
  },
  async perform(run, state, step) {
    const holder = state[step.plan];
    const { device } = holder;
    const { accessToken: token } = holder.listener;
    if (step.do === "renew") {
      const heldSeq = String(holder.seq === 0 ? 0 : holder.seq + step.claim);
      const answer = await run.http.post("/v1/license/validity", { deviceId: device.id, heldSeq }, { token });
      run.same("LIC-028", answer.status, 200, "status");
      if (holder.seq > 0) holder.seq += step.claim;
      return judgeValidity(run, holder, answer.json?.validity, holder.payload !== "");
    }
    if (step.do === "grant") {
      const trackId = run.subject.facts.tracks[0]?.id ?? "trk_00000000000000000000000000";
      const answer = await askGrants(run, holder.listener, device.id, {
        trackIds: [trackId],
        codecs: ["vorbis"],
      });
      run.must(
        "PLAY-035",
        Boolean(answer.json?.validity?.payload),
        "a validity",
        answer.json?.validity ?? answer.status,
      );
      return judgeValidity(run, holder, answer.json.validity, false);
    }
    const nonce = Buffer.alloc(step.nonceBytes, holder.seq & 255).toString("base64");
    if (step.do === "prove for another") {
      const deviceId = state[step.plan === "free" ? "premium" : "free"].device.id;
      const answer = await run.http.post("/v1/license/time-proofs", { deviceId, nonce }, { token });
      return expectProblem(run, "LIC-011", answer, "device_unknown");
    }
    const answer = await run.http.post("/v1/license/time-proofs", { deviceId: device.id, nonce }, { token });
    run.same("LIC-044", answer.status, 200, "status");
    const payload = await verified(run, "segue/time-proof/v1", "LIC-044", answer.json);
    const proof = decoded(run, "LIC-044", "TimeProof", () => timeProofCodec.fromBytes(payload));
    run.same(
      "LIC-044",
      [proof.deviceId, Buffer.from(proof.nonce).toString("base64")],
      [device.id, nonce],
      "a proof of",
    );
  },
});

type RenewStep = Step & { readonly do: "wait"; readonly hours: number };

export const validityRenewal = check<RenewStep, Holder>({
  id: "license/renewal",
  title: "A grant never comes with a validity that has ended",
  requirements: ["PLAY-035", "LIC-022", "LIC-025"],
  runs: 3,
  movesClock: true,
  unless: (facts) => (facts.tracks.length === 0 ? "the catalog has no tracks" : null),
  steps: () =>
    fc.array(
      fc.record({ do: fc.constant("wait" as const), hours: fc.constantFrom(1, 12, 24, 25, 719, 720) }),
      {
        minLength: 1,
        maxLength: 2,
      },
    ),
  async begin(run) {
    run.later(() => run.subject.clock!.reset());
    const listener = await run.listener({ plan: "premium" });
    return { listener, device: await registeredDevice(run, listener), seq: 0, payload: "" };
  },
  async perform(run, holder, { hours }) {
    const { clock } = run.subject;
    await clock!.advance(hours * 3_600_000);
    const accessToken = await run.freshToken(holder.listener);
    const trackId = run.subject.facts.tracks[0]!.id;
    const answer = await askGrants(run, { ...holder.listener, accessToken }, holder.device.id, {
      trackIds: [trackId],
      codecs: ["vorbis"],
    });
    run.must("PLAY-035", Boolean(answer.json?.validity?.payload), "a validity", answer.json ?? answer.status);
    await judgeValidity(run, holder, answer.json.validity, false);
    const now = await clock!.now();
    const { notAfterMs } = validityCodec.fromBytes(bytes(answer.json.validity.payload));
    run.must(
      "PLAY-035",
      notAfterMs > now,
      "a validity that holds now",
      `one that ended ${now - notAfterMs} ms ago`,
    );
  },
});
