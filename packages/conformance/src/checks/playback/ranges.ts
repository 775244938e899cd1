/** Ranges and conditions of media requests. */
import fc from "fast-check";
import type { Answer } from "../../models/answers";
import { expectProblem } from "../../models/answers";
import { rangeOutcome } from "../../models/ranges";
import { check, type Step } from "../../runner/check";
import type { Execution } from "../../runner/execution";
import { type GrantedMedia, grantOf } from "../grants";
import { registeredDevice } from "../register";

type RangeStep = Step & {
  readonly do: "range";
  readonly method: "GET";
  /** Places relative to the object's ends: `[from, 5]` is byte 5, `[to, -1]` the last one, null for none. */
  readonly from: Edge | null;
  readonly to: Edge | null;
  readonly condition:
    | "none"
    | "if-range same"
    | "if-range other"
    | "if-none-match same"
    | "if-none-match other";
};
/** A byte counted from the start, or from the object's length. */
interface Edge {
  readonly of: "start" | "length";
  readonly plus: number;
}

interface State {
  readonly grant: GrantedMedia;
  readonly object: Buffer;
}

const edge = fc.oneof(
  fc.record({ of: fc.constant("start" as const), plus: fc.constantFrom(0, 1, 2, 16_383, 16_384, 16_385) }),
  fc.record({ of: fc.constant("start" as const), plus: fc.nat(60_000) }),
  fc.record({ of: fc.constant("length" as const), plus: fc.constantFrom(-2, -1, 0, 1, 1000) }),
);
const place = (at: Edge | null, length: number) =>
  at === null ? "" : String(Math.max(0, at.plus + (at.of === "length" ? length : 0)));

function judgeRange(run: Execution, { grant, object }: State, header: string, answer: Answer): void {
  const outcome = rangeOutcome(header, object.length);
  const { status, headers, bytes } = answer;
  if (outcome.kind === "unsatisfiable") {
    expectProblem(run, "PLAY-050", answer, "range_not_satisfiable");
    run.same("PLAY-050", headers.get("content-range"), `bytes */${object.length}`, "Content-Range");
    return;
  }
  run.must(
    "PLAY-055",
    /\bimmutable\b/.test(headers.get("cache-control") ?? ""),
    "Cache-Control with immutable",
    headers.get("cache-control"),
  );
  run.same("PLAY-048", headers.get("etag"), `"${grant.hash}"`, "ETag");
  run.same("PLAY-048", headers.get("accept-ranges"), "bytes", "Accept-Ranges");
  if (outcome.kind === "part") {
    const id = outcome.cut ? "PLAY-051" : "PLAY-049";
    const { start, end } = outcome;
    run.same(id, status, 206, "status");
    run.same(id, headers.get("content-range"), `bytes ${start}-${end}/${object.length}`, "Content-Range");
    run.must(
      id,
      bytes.equals(object.subarray(start, end + 1)),
      `bytes ${start} to ${end}`,
      `${bytes.length} other bytes`,
    );
  }
}

export const mediaRanges = check<RangeStep, State>({
  id: "playback/ranges",
  title: "Media answers hold exactly the bytes that were asked for",
  requirements: ["PLAY-048", "PLAY-049", "PLAY-050", "PLAY-051", "PLAY-053", "PLAY-054", "PLAY-055"],
  runs: 30,
  unless: (facts) => (facts.playable.length === 0 ? "the catalog has no playable track" : null),
  steps: () =>
    fc.array(
      fc.record({
        do: fc.constant("range" as const),
        method: fc.constant("GET" as const),
        from: fc.option(edge, { freq: 8 }),
        to: fc.option(edge, { freq: 4 }),
        condition: fc.oneof(
          { weight: 6, arbitrary: fc.constant("none" as const) },
          {
            weight: 4,
            arbitrary: fc.constantFrom(
              "if-range same" as const,
              "if-range other" as const,
              "if-none-match same" as const,
              "if-none-match other" as const,
            ),
          },
        ),
      }),
      { minLength: 1, maxLength: 6 },
    ),
  async begin(run) {
    const listener = await run.listener();
    const device = await registeredDevice(run, listener);
    const long = run.subject.facts.playable.reduce((a, b) =>
      b.durationMs > a.durationMs && b.durationMs < 120_000 ? b : a,
    );
    const grant = await grantOf(run, listener, device, long.id, {
      codecs: ["vorbis"],
      maxBitrateBps: 96_000,
    });
    const answer = await run.http.get(grant.url, { as: "/v1/media/… (whole)" });
    if (answer.status !== 200) run.notTestable(`the whole object was answered ${answer.status}`);
    return { grant, object: answer.bytes };
  },
  async perform(run, state, { from, to, condition }) {
    const { grant, object } = state;
    const range = `bytes=${place(from, object.length)}-${place(to, object.length)}`;
    const outcome = rangeOutcome(range, object.length);
    if (outcome.kind === "open") return;
    const other = `"${"0".repeat(64)}"`;
    const same = `"${grant.hash}"`;
    const headers = {
      none: {},
      "if-range same": { "if-range": same },
      "if-range other": { "if-range": other },
      "if-none-match same": { "if-none-match": same },
      "if-none-match other": { "if-none-match": other },
    }[condition];
    const answer = await run.http.get(grant.url, { headers: { range, ...headers }, as: "/v1/media/…" });
    if (condition === "if-none-match same") run.same("PLAY-054", answer.status, 304, "status");
    else if (condition === "if-range other") {
      run.same("PLAY-053", answer.status, 200, "status");
      run.must("PLAY-053", answer.bytes.equals(object), "the whole object", `${answer.bytes.length} bytes`);
    } else judgeRange(run, state, range, answer);
  },
  async finish(run, { grant, object }) {
    const head = await run.http.ask("HEAD", grant.url, { as: "/v1/media/…" });
    run.same(
      "PLAY-048",
      [head.headers.get("etag"), head.headers.get("accept-ranges")],
      [`"${grant.hash}"`, "bytes"],
      "HEAD with",
    );
    if (head.headers.has("content-length"))
      run.same(
        "PLAY-048",
        head.headers.get("content-length"),
        String(object.length),
        "HEAD with Content-Length",
      );
  },
});
