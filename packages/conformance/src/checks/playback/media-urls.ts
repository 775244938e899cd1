/** Media URLs: what they cover, and what a changed one is answered. */
import fc from "fast-check";
import { expectProblem } from "../../models/answers";
import { check, type Step } from "../../runner/check";
import type { Listener } from "../../subjects/subject";
import { type GrantedMedia, grantOf } from "../grants";
import { registeredDevice } from "../register";

type TamperStep = Step & {
  readonly do: "tamper";
  readonly with: "sig" | "exp" | "max" | "kid" | "hash";
  readonly by: number;
};

const shifted = (digits: string, by: number) => String(BigInt(digits) + BigInt(by));
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** `text` with the character at `at` replaced by another one of base64url. */
function flipped(text: string, at: number): string {
  const index = at % (text.length - 1);
  const next = ALPHABET[(ALPHABET.indexOf(text[index]!) + 1) % ALPHABET.length]!;
  return text.slice(0, index) + next + text.slice(index + 1);
}

function tampered(url: URL, { with: part, by }: TamperStep, otherHash: string): URL {
  const changed = new URL(url);
  const set = (name: string, value: string) => changed.searchParams.set(name, value);
  const get = (name: string) => changed.searchParams.get(name) ?? "0";
  if (part === "sig") set("sig", flipped(get("sig"), by));
  if (part === "exp") set("exp", shifted(get("exp"), by + 1));
  if (part === "max") set("max", shifted(get("max"), by + 1));
  if (part === "kid") set("kid", `${get("kid")}${by % 10}`);
  if (part === "hash") changed.pathname = changed.pathname.replace(/[0-9a-f]{64}/, otherHash);
  return changed;
}

export const tamperedUrls = check<TamperStep, { grant: GrantedMedia; otherHash: string }>({
  id: "playback/tampered-urls",
  title: "A changed media URL opens nothing",
  requirements: ["PLAY-041"],
  runs: 12,
  unless: (facts) => (facts.playable.length < 2 ? "the catalog has fewer than two playable tracks" : null),
  steps: () =>
    fc.array(
      fc.record({
        do: fc.constant("tamper" as const),
        with: fc.constantFrom(
          "sig" as const,
          "exp" as const,
          "max" as const,
          "kid" as const,
          "hash" as const,
        ),
        by: fc.nat(100_000),
      }),
      { minLength: 1, maxLength: 6 },
    ),
  async begin(run) {
    const listener = await run.listener();
    const device = await registeredDevice(run, listener);
    const [one, two] = run.subject.facts.playable;
    const grant = await grantOf(run, listener, device, one!.id);
    return { grant, otherHash: (await grantOf(run, listener, device, two!.id)).hash };
  },
  async perform(run, { grant, otherHash }, step) {
    const url = tampered(new URL(grant.url, run.subject.url), step, otherHash);
    const answer = await run.http.get(url.pathname + url.search, {
      as: `/v1/media/… with another ${step.with}`,
    });
    expectProblem(run, "PLAY-041", answer, "url_tampered");
  },
});

type ExpiryStep = Step & {
  readonly do: "fetch" /** Milliseconds from the URL's end. */;
  readonly offset: number;
};

export const urlExpiry = check<ExpiryStep, { grant: GrantedMedia }>({
  id: "playback/url-expiry",
  title: "A media URL works until its end and not at it",
  requirements: ["PLAY-042"],
  runs: 3,
  movesClock: true,
  unless: (facts) => (facts.playable.length === 0 ? "the catalog has no playable track" : null),
  steps: () =>
    fc.array(
      fc.record({
        do: fc.constant("fetch" as const),
        offset: fc.constantFrom(-60_000, -1, 0, 1, 1000, 86_400_000),
      }),
      { minLength: 2, maxLength: 4 },
    ),
  async begin(run) {
    run.later(() => run.subject.clock!.reset());
    const listener = await run.listener();
    const device = await registeredDevice(run, listener);
    return { grant: await grantOf(run, listener, device, run.subject.facts.playable[0]!.id) };
  },
  async perform(run, { grant }, { offset }) {
    const exp = Number(new URL(grant.url, run.subject.url).searchParams.get("exp")) * 1000;
    await run.subject.clock!.stopAt(exp + offset);
    const answer = await run.http.get(grant.url, {
      as: `/v1/media/… ${offset} ms from its end`,
      headers: { range: "bytes=0-9" },
    });
    if (offset >= 0) expectProblem(run, "PLAY-042", answer, "url_expired");
    else run.same("PLAY-042", answer.status, 206, "until the end status");
  },
});

type HeadStep = Step & { readonly do: "head"; readonly track: number; readonly past: number };

export const headUrls = check<HeadStep, { listener: Listener }>({
  id: "playback/head-urls",
  title: "A head's URL covers the head and nothing behind it",
  requirements: ["CAT-014", "PLAY-044"],
  runs: 8,
  unless: (facts) => (facts.playable.length === 0 ? "the catalog has no playable track" : null),
  steps: ({ playable }) =>
    fc.array(
      fc.record({
        do: fc.constant("head" as const),
        track: fc.nat(Math.min(playable.length, 8) - 1),
        past: fc.constantFrom(0, 1, 2, 16_384, 1_000_000),
      }),
      { minLength: 1, maxLength: 4 },
    ),
  begin: async (run) => ({ listener: await run.listener({ plan: "premium" }) }),
  async perform(run, { listener }, { track, past }) {
    const { id } = run.subject.facts.playable[track]!;
    const list = await run.http.get(`/v1/tracks?ids=${id}&codecs=vorbis&deviceType=desktop`, {
      token: listener.accessToken,
    });
    const head = list.json?.items?.[0]?.head;
    if (!head) return;
    const whole = await run.http.get(head.url, {
      headers: { range: `bytes=0-${head.byteLength - 1}` },
      as: "/v1/media/… (head)",
    });
    run.must(
      "CAT-014",
      whole.status === 206 && whole.bytes.length >= head.byteLength,
      `206 with ${head.byteLength} bytes`,
      `${whole.status} with ${whole.bytes.length} bytes`,
    );
    const total = Number(/\/(\d+)$/.exec(whole.headers.get("content-range") ?? "")?.[1] ?? Number.NaN);
    const max = Number(new URL(head.url, run.subject.url).searchParams.get("max"));
    if (!(max < total)) return;
    const end = max + past;
    if (end >= total) return;
    const answer = await run.http.get(head.url, {
      headers: { range: `bytes=0-${end}` },
      as: `/v1/media/… ${past} past its max`,
    });
    expectProblem(run, "PLAY-044", answer, "range_not_granted");
  },
});
