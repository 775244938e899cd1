/** Registration of devices by proof of possession. */
import fc from "fast-check";
import { expectProblem } from "../../models/answers";
import { type DeviceKeys, makeDeviceKeys, makePointKey, proofOf } from "../../models/device";
import { check, type Step } from "../../runner/check";
import type { Execution } from "../../runner/execution";
import type { Listener } from "../../subjects/subject";
import { askGrants } from "../grants";
import { challengeFor, registerKeys, registration } from "../register";

type DeviceStep = Step & {
  readonly do: "register" | "remove" | "ask" | "reuse" | "borrow" | "misprove";
  /** Which of the listener's three devices. */
  readonly device: number;
  /** How the proof is wrong. */
  readonly wrong: "another key" | "another challenge" | "another agreement key" | "a flipped bit";
  readonly encoding: "base64" | "base64url";
};

interface State {
  readonly listener: Listener;
  readonly other: Listener;
  readonly devices: readonly DeviceKeys[];
  /** Places of the devices that are registered now: the model. */
  readonly registered: Set<number>;
}

const path = "/v1/devices";

async function misproved(run: Execution, { listener, devices }: State, step: DeviceStep): Promise<void> {
  const keys = devices[step.device]!;
  const challenge = await challengeFor(run, listener);
  const body = registration(keys, challenge, "desktop");
  const spoiled = {
    "another key": () => proofOf({ ...keys, identity: makePointKey() }, challenge),
    "another challenge": () => proofOf(keys, Buffer.alloc(32, 7)),
    "another agreement key": () => proofOf({ ...keys, agreement: makePointKey() }, challenge),
    "a flipped bit": () => {
      const proof = Buffer.from(body.proof!, "base64");
      proof[40]! ^= 1;
      return proof;
    },
  }[step.wrong]();
  const bad = spoiled.subarray(0, 64);
  // A flipped signed number may fall out of range; the outcome is the same.
  const answer = await run.http.post(
    path,
    { ...body, proof: bad.toString("base64") },
    { token: listener.accessToken, as: `${path} {proof of ${step.wrong}}` },
  );
  expectProblem(run, "LIC-007", answer, "device_proof_invalid");
}

async function reused(
  run: Execution,
  { listener, devices, registered }: State,
  step: DeviceStep,
): Promise<void> {
  const keys = devices[step.device]!;
  const challenge = await challengeFor(run, listener);
  const body = registration(keys, challenge, "desktop");
  const first = await run.http.post(path, body, { token: listener.accessToken, as: `${path} {challenge}` });
  run.same("LIC-006", first.status, 201, "status");
  registered.add(step.device);
  const second = await run.http.post(path, body, {
    token: listener.accessToken,
    as: `${path} {the same challenge}`,
  });
  run.must("LIC-004", second.status !== 201, "a challenge to serve once", "201");
  expectProblem(run, "LIC-008", second, "challenge_expired");
}

async function borrowed(
  run: Execution,
  { listener, other, devices }: State,
  step: DeviceStep,
): Promise<void> {
  const challenge = await challengeFor(run, other);
  const body = registration(devices[step.device]!, challenge, "desktop");
  const answer = await run.http.post(path, body, {
    token: listener.accessToken,
    as: `${path} {another listener's challenge}`,
  });
  run.must("LIC-004", answer.status !== 201, "a challenge to serve the listener it was given to", "201");
  expectProblem(run, "LIC-008", answer, "challenge_expired");
}

export const deviceRegistration = check<DeviceStep, State>({
  id: "license/devices",
  title: "A device is registered by a proof over a fresh challenge, and gets nothing once it was removed",
  requirements: [
    "LIC-001",
    "LIC-003",
    "LIC-004",
    "LIC-006",
    "LIC-007",
    "LIC-008",
    "LIC-009",
    "LIC-011",
    "LIC-012",
  ],
  runs: 10,
  steps: () =>
    fc.array(
      fc.record({
        do: fc.constantFrom(
          "register" as const,
          "remove" as const,
          "ask" as const,
          "reuse" as const,
          "borrow" as const,
          "misprove" as const,
        ),
        device: fc.nat(2),
        wrong: fc.constantFrom(
          "another key" as const,
          "another challenge" as const,
          "another agreement key" as const,
          "a flipped bit" as const,
        ),
        encoding: fc.constantFrom("base64" as const, "base64url" as const),
      }),
      { minLength: 1, maxLength: 8 },
    ),
  async begin(run) {
    const state: State = {
      listener: await run.listener({ plan: "premium" }),
      other: await run.listener({ plan: "free" }),
      devices: [makeDeviceKeys(), makeDeviceKeys(), makeDeviceKeys()],
      registered: new Set(),
    };
    if (!state.listener.fresh)
      for (const { id } of state.devices)
        run.later(() => run.http.ask("DELETE", `${path}/${id}`, { token: state.listener.accessToken }));
    return state;
  },
  async perform(run, state, step) {
    const { listener, devices, registered } = state;
    const keys = devices[step.device]!;
    if (step.do === "misprove") return misproved(run, state, step);
    if (step.do === "reuse") return reused(run, state, step);
    if (step.do === "borrow") return borrowed(run, state, step);
    if (step.do === "register") {
      const answer = await registerKeys(run, listener, keys, "desktop", step.encoding);
      run.same(step.encoding === "base64" ? "LIC-006" : "LIC-012", answer.status, 201, "status");
      run.same(registered.has(step.device) ? "LIC-009" : "LIC-001", answer.json?.id, keys.id, "the id");
      registered.add(step.device);
      return;
    }
    if (step.do === "remove") {
      const answer = await run.http.ask("DELETE", `${path}/${keys.id}`, { token: listener.accessToken });
      run.same("LIC-011", answer.status, registered.has(step.device) ? 204 : 404, "status");
      registered.delete(step.device);
      return;
    }
    const trackId = run.subject.facts.tracks[0]?.id ?? "trk_00000000000000000000000000";
    const grants = await askGrants(run, listener, keys.id, { trackIds: [trackId], codecs: ["vorbis"] });
    const validity = await run.http.post(
      "/v1/license/validity",
      { deviceId: keys.id },
      { token: listener.accessToken },
    );
    for (const answer of [grants, validity])
      if (registered.has(step.device)) run.same("LIC-011", answer.status, 200, "for a registered device");
      else expectProblem(run, "LIC-011", answer, "device_unknown");
  },
});

export const challengeExpiry = check<Step, { listener: Listener }>({
  id: "license/challenge-expiry",
  title: "A challenge expires when it said",
  requirements: ["LIC-008"],
  runs: 2,
  movesClock: true,
  steps: () => fc.constantFrom([{ do: "before" }], [{ do: "after" }]),
  async begin(run) {
    run.later(() => run.subject.clock!.reset());
    return { listener: await run.listener() };
  },
  async perform(run, { listener }, step) {
    const token = listener.accessToken;
    const given = await run.http.post("/v1/devices/challenges", undefined, { token });
    const challenge = Buffer.from(given.json.challenge, "base64");
    await run.subject.clock!.stopAt(given.json.expiresAt + (step.do === "before" ? -1 : 0));
    const answer = await run.http.post(path, registration(makeDeviceKeys(), challenge, "desktop"), {
      token,
      as: path,
    });
    if (step.do === "before") run.same("LIC-008", answer.status, 201, "before its end status");
    else expectProblem(run, "LIC-008", answer, "challenge_expired");
  },
});

export const deviceLimit = check<Step, { listener: Listener }>({
  id: "license/device-limit",
  title: "A limit of devices is said by its code",
  requirements: ["LIC-010"],
  runs: 1,
  steps: () => fc.constant([{ do: "register until refused" }]),
  begin: async (run) => ({ listener: await run.listener() }),
  async perform(run, { listener }) {
    if (!listener.fresh) run.notTestable("needs a fresh listener");
    for (let i = 0; i < 40; i++) {
      const answer = await registerKeys(run, listener, makeDeviceKeys(), "other");
      if (answer.status === 201) continue;
      expectProblem(run, "LIC-010", answer, "device_limit");
      return;
    }
    run.notTestable("no limit was met with 40 devices");
  },
});
