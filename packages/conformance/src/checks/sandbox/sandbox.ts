/** The sandbox of servers that have one. */

import type { Answer } from "../../models/answers";
import { expectProblem } from "../../models/answers";
import { makeDeviceKeys } from "../../models/device";
import { NoAnswer } from "../../outcomes";
import { check, everyOne, type Step } from "../../runner/check";
import type { Execution } from "../../runner/execution";
import type { Listener } from "../../subjects/subject";
import { registration } from "../register";

type SandboxStep = Step & { readonly do: "switch"; readonly case: keyof typeof CASES };
interface State {
  readonly listener: Listener;
  readonly other: Listener;
}

const faults = "/v1/sandbox/faults";
/** Switches a fault on for the listener alone: other checks run beside this one. */
async function on(run: Execution, { listener }: State, rule: Record<string, unknown>): Promise<void> {
  const answer = await run.http.post(faults, { userId: listener.id, ...rule });
  if (answer.status !== 201) run.notTestable(`a fault was answered ${answer.status}`);
  run.later(() => run.http.ask("DELETE", `${faults}/${answer.json.id}`));
}
const me = (run: Execution, { accessToken }: Listener) => run.http.get("/v1/me", { token: accessToken });
/** The answer; null when the connection ended without one. */
const answered = (asked: Promise<Answer>): Promise<Answer | null> =>
  asked.catch((error: unknown) => {
    if (error instanceof NoAnswer) return null;
    throw error;
  });

const CASES = {
  "a status for one listener": async (run: Execution, state: State) => {
    await on(run, state, { effect: { kind: "status", status: 503 }, operation: "getMe", count: 2 });
    run.same("SBX-007", (await me(run, state.other)).status, 200, "for another listener");
    const home = await run.http.get("/v1/home", { token: state.listener.accessToken });
    run.same("SBX-007", home.status, 200, "for another operation");
    for (let i = 0; i < 2; i++) expectProblem(run, "SBX-010", await me(run, state.listener), "unavailable");
    run.same("SBX-008", (await me(run, state.listener)).status, 200, "after it happened twice");
  },
  "a status leaves the request undone": async (run: Execution, state: State) => {
    const { accessToken: token } = state.listener;
    const asked = await run.http.post("/v1/devices/challenges", undefined, { token });
    const body = registration(makeDeviceKeys(), Buffer.from(asked.json.challenge, "base64"), "other");
    await on(run, state, { effect: { kind: "status", status: 500 }, operation: "registerDevice", count: 1 });
    expectProblem(
      run,
      "SBX-010",
      await run.http.post("/v1/devices", body, { token, as: "/v1/devices" }),
      "internal",
    );
    const again = await run.http.post("/v1/devices", body, { token, as: "/v1/devices (again)" });
    run.same("SBX-010", again.status, 201, "with the same challenge afterwards");
  },
  "a dropped connection": async (run: Execution, state: State) => {
    await on(run, state, { effect: { kind: "drop" }, operation: "getMe", count: 1 });
    run.same("SBX-012", (await answered(me(run, state.listener)))?.status ?? null, null, "an answer:");
    run.same("SBX-008", (await me(run, state.listener)).status, 200, "after it happened once");
  },
  "a truncated body": async (run: Execution, state: State) => {
    await on(run, state, { effect: { kind: "truncate", afterBytes: 5 }, operation: "getMe", count: 1 });
    run.same("SBX-011", (await answered(me(run, state.listener)))?.status ?? null, null, "a whole answer:");
  },
  "full storage": async (run: Execution, state: State) => {
    const ask = () =>
      run.http.post("/v1/devices/challenges", undefined, { token: state.listener.accessToken });
    await on(run, state, { effect: { kind: "storage_full" }, area: "devices", count: 1 });
    expectProblem(run, "SBX-013", await ask(), "unavailable");
    run.same("SBX-008", (await ask()).status, 201, "after it happened once");
  },
  "a page from elsewhere": async (run: Execution) => {
    const headers = { origin: "https://elsewhere.example" };
    expectProblem(run, "SBX-002", await run.http.get("/v1/sandbox/clock", { headers }), "forbidden");
  },
  "a listener as wished": async (run: Execution) => {
    const wishes = { plan: "free" as const, market: "DE", explicitFilter: true };
    const listener = await run.listener(wishes);
    const { plan, market, explicitFilter } = (await me(run, listener)).json;
    run.same("SBX-015", { plan, market, explicitFilter }, wishes, "a listener with");
    await listener.remove?.();
    expectProblem(run, "SBX-016", await me(run, listener), "unauthenticated");
  },
} as const;

export const sandbox = check<SandboxStep, State>({
  id: "sandbox/faults",
  title: "Faults reach whom they name, as often as they say, and do what they say",
  requirements: [
    "SBX-002",
    "SBX-007",
    "SBX-008",
    "SBX-010",
    "SBX-011",
    "SBX-012",
    "SBX-013",
    "SBX-015",
    "SBX-016",
  ],
  runs: 1,
  unless: (facts) => (facts.sandbox ? null : "the server is no sandbox"),
  steps: () =>
    everyOne(Object.keys(CASES), (name) => ({ do: "switch" as const, case: name as keyof typeof CASES })),
  async begin(run) {
    if (!run.subject.fault) run.notTestable("needs a sandbox without given listeners");
    return { listener: await run.listener(), other: await run.listener() };
  },
  perform: (run, state, step) => CASES[step.case](run, state),
});

type ClockStep = Step & { readonly do: "stop"; readonly aheadMs: number };

export const clock = check<ClockStep, Listener>({
  id: "sandbox/clock",
  title: "A stopped clock shows the same instant, and what the server says of time follows it",
  requirements: ["SBX-003", "SBX-005", "TERM-005"],
  runs: 1,
  movesClock: true,
  steps: () => everyOne(["60000", "86400000"], (name) => ({ do: "stop" as const, aheadMs: Number(name) })),
  async begin(run) {
    run.later(() => run.subject.clock!.reset());
    return run.listener();
  },
  async perform(run, listener, { aheadMs }) {
    const { clock: test } = run.subject;
    await test!.reset();
    const nowMs = (await test!.now()) + aheadMs;
    await test!.stopAt(nowMs);
    run.same("SBX-005", [await test!.now(), await test!.now()], [nowMs, nowMs], "the same instant twice:");
    const accessToken = await run.freshToken(listener);
    const { json } = await run.http.post("/v1/devices/challenges", undefined, { token: accessToken });
    const lasts = Number(json?.expiresAt) - nowMs;
    run.must(
      "SBX-003",
      lasts > 0 && lasts <= 3_600_000,
      "a challenge that ends soon after the stopped instant",
      `${lasts} ms after it`,
    );
    run.must(
      "TERM-005",
      Number.isInteger(json?.expiresAt),
      "milliseconds since the Unix epoch",
      json?.expiresAt,
    );
  },
});
