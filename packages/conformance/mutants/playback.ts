/** Breaks of grants and media. */
import { jsonOf, type MutableAnswer, type MutableRequest, type Mutant, setJson } from "./mutant";
import { sealWrongly } from "./seal-wrongly";

const isMedia = ({ url }: MutableRequest) => url.pathname.startsWith("/v1/media/");
const isGrants = ({ url }: MutableRequest) => url.pathname === "/v1/playback/grants";

/** Answers a refused media request with what the same object was answered before. */
function serveAnyway(code: string) {
  const seen = new Map<string, MutableAnswer>();
  return (request: MutableRequest, answer: MutableAnswer) => {
    if (!isMedia(request)) return;
    const key = `${request.url.pathname} ${request.headers.range ?? ""}`;
    if (answer.status === 200 || answer.status === 206)
      seen.set(key, { ...answer, headers: { ...answer.headers } });
    const kept = seen.get(key) ?? [...seen.values()][0];
    if (jsonOf(answer)?.code === code && kept) Object.assign(answer, kept);
  };
}

export const PLAYBACK_MUTANTS: readonly Mutant[] = [
  {
    id: "range-one-byte-more",
    title: "a range answer holds one byte too many",
    requirement: "PLAY-049",
    checks: ["playback/ranges"],
    tamper: () => ({
      after: (request, answer) => {
        const range = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(answer.headers["content-range"] ?? "");
        if (!isMedia(request) || answer.status !== 206 || !range || Number(range[2]) + 1 >= Number(range[3]))
          return;
        answer.headers["content-range"] = `bytes ${range[1]}-${Number(range[2]) + 1}/${range[3]}`;
        answer.body = Buffer.concat([answer.body, Buffer.from([0])]);
      },
    }),
  },
  {
    id: "range-end-without-length",
    title: "a range behind the end does not say how long the object is",
    requirement: "PLAY-050",
    checks: ["playback/ranges"],
    tamper: () => ({
      after: (request, answer) => {
        if (isMedia(request) && answer.status === 416) delete answer.headers["content-range"];
      },
    }),
  },
  {
    id: "expired-url-works",
    title: "a media URL works after its end",
    requirement: "PLAY-042",
    checks: ["playback/url-expiry"],
    tamper: () => ({ after: serveAnyway("url_expired") }),
  },
  {
    id: "signature-ignored",
    title: "a media URL with another signature works",
    requirement: "PLAY-041",
    checks: ["playback/tampered-urls"],
    tamper: () => ({
      after: (request, answer) => {
        if (jsonOf(answer)?.code !== "url_tampered" || !isMedia(request)) return;
        Object.assign(answer, { status: 200, headers: { etag: '"x"' }, body: Buffer.from("anything") });
      },
    }),
  },
  {
    id: "results-reversed",
    title: "grant results come in another order than the items",
    requirement: "PLAY-032",
    checks: ["playback/grants"],
    tamper: () => ({
      after: (request, answer) => {
        const json = isGrants(request) ? jsonOf(answer) : null;
        if (json?.results) setJson(answer, { ...json, results: [...json.results].reverse() });
      },
    }),
  },
  {
    id: "one-refusal-refuses-all",
    title: "one unknown track makes the whole request fail",
    requirement: "PLAY-034",
    checks: ["playback/grants"],
    tamper: () => ({
      after: (request, answer) => {
        const results = isGrants(request) ? jsonOf(answer)?.results : null;
        // biome-ignore lint/suspicious/noExplicitAny: the answer's shape is known
        if (!results?.some((result: any) => result.refusal?.reason === "REFUSAL_REASON_UNKNOWN_TRACK"))
          return;
        const headers = { ...answer.headers, "content-type": "application/problem+json" };
        const problem = { title: "There is no such resource.", status: 404, code: "not_found" };
        Object.assign(answer, { status: 404, headers, body: Buffer.from(JSON.stringify(problem)) });
      },
    }),
  },
  {
    id: "free-gets-320",
    title: "a listener on the free plan is granted 320 kbps",
    requirement: "PLAY-001",
    checks: ["playback/grants"],
    tamper: () => ({
      after: (request, answer) => {
        const json = isGrants(request) ? jsonOf(answer) : null;
        for (const { grant } of json?.results ?? []) if (grant) grant.manifest.bitrateBps = 320_000;
        if (json) setJson(answer, json);
      },
    }),
  },
  {
    id: "lowest-tier-always",
    title: "the lowest tier is granted whatever is allowed",
    requirement: "PLAY-006",
    checks: ["playback/choice"],
    tamper: () => ({
      before: (request) => {
        const json = isGrants(request) ? jsonOf(request) : null;
        // Only requests without a wish: with a cap the suite learns what there is.
        const wishes =
          json?.maxBitrateBps ||
          json?.items?.some((item: Record<string, unknown>) => item.preferredRenditionId);
        if (json && !wishes) setJson(request, { ...json, maxBitrateBps: 24_000 });
        return undefined;
      },
    }),
  },
  {
    id: "last-flag-missing",
    title: "the last segment is sealed like any other, so that a cut is not noticed",
    requirement: "PLAY-013",
    checks: ["playback/media-objects"],
    replace: sealWrongly({ lastFlag: 0 }),
  },
  {
    id: "segment-key-without-rendition",
    title: "the segment key is not bound to the rendition",
    requirement: "PLAY-012",
    checks: ["playback/media-objects"],
    replace: sealWrongly({ info: "segue/media/v1\0" }),
  },
  {
    id: "head-of-another-rendition",
    title: "a head names another rendition than the grant",
    requirement: "CAT-013",
    checks: ["catalog/heads"],
    tamper: () => ({
      after: (request, answer) => {
        const json = /\/tracks$/.test(request.url.pathname) ? jsonOf(answer) : null;
        for (const { head } of json?.items ?? []) if (head) head.renditionId = `rnd_${"0".repeat(26)}`;
        if (json) setJson(answer, json);
      },
    }),
  },
];
