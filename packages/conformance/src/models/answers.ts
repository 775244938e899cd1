/** What holds for every answer under /v1, after docs/spec/errors.md. */
import type { Judge } from "./judge";

/** What came back, read whole. */
export interface Answer {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Buffer;
  /** The parsed body; undefined when it is no JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: answers are judged, not trusted
  readonly json: any;
}

/** The wire codes of docs/spec/errors.md and their status. */
export const STATUS_OF: Readonly<Record<string, number>> = {
  malformed_body: 400,
  invalid_request: 400,
  invalid_id: 400,
  unsupported_media_type: 415,
  not_acceptable: 406,
  body_too_large: 413,
  method_not_allowed: 405,
  not_found: 404,
  rate_limited: 429,
  unauthenticated: 401,
  token_expired: 401,
  forbidden: 403,
  device_unknown: 404,
  device_limit: 409,
  device_proof_invalid: 400,
  challenge_expired: 400,
  url_expired: 403,
  url_tampered: 403,
  range_not_satisfiable: 416,
  range_not_granted: 403,
  media_missing: 404,
  unavailable: 503,
  internal: 500,
};

const SECRETS = /\n\s+at\s|node_modules|file:\/\/|\/(?:home|usr|root|var|tmp|work)\/\S+|\bBearer\s+\S{8}/;
const EXEMPT_FROM_LIMITS = /^\/v1\/(?:media|images|sandbox)\//;

/** Judges `answer` by the rules of all answers. @throws Violation */
export function judgeAnswer(run: Judge, answer: Answer): void {
  const { status, headers, json, path, method } = answer;
  if (!path.startsWith("/v1/")) return;
  if (!EXEMPT_FROM_LIMITS.test(path)) {
    const missing = ["ratelimit-limit", "ratelimit-remaining", "ratelimit-reset"].filter(
      (name) => !headers.has(name),
    );
    run.must("VER-011", missing.length === 0, "RateLimit headers", `no ${missing.join(", ")}`);
  }
  if (status < 400 || status === 412 || method === "HEAD") return;
  const type = headers.get("content-type") ?? "no content type";
  run.must(
    "ERR-001",
    /^application\/problem\+json\b/.test(type),
    `${status} as application/problem+json`,
    type,
  );
  const complete =
    typeof json?.title === "string" && typeof json?.status === "number" && typeof json?.code === "string";
  run.must("ERR-002", complete, "title, status and code", json ?? answer.bytes.toString("utf8"));
  const due = STATUS_OF[json.code];
  run.must("ERR-003", due !== undefined, "a code of the error table", json.code);
  run.must("ERR-004", status === due && json.status === due, `status ${due} for ${json.code}`, status);
  const text = answer.bytes.toString("utf8");
  run.must("ERR-005", !SECRETS.test(text), "no stack trace, path or token", text);
  if (status === 500 || status === 503)
    run.must("ERR-006", typeof json.supportId === "string" && json.supportId !== "", "supportId", json);
  if (json.code === "rate_limited" || json.code === "unavailable")
    run.must(
      "ERR-008",
      /^\d+$/.test(headers.get("retry-after") ?? ""),
      "Retry-After in seconds",
      headers.get("retry-after"),
    );
  if (status === 405)
    run.must(
      "ERR-009",
      /^[A-Z]+(?:, ?[A-Z]+)*$/.test(headers.get("allow") ?? ""),
      "Allow with methods",
      headers.get("allow"),
    );
  if (status === 401)
    run.must(
      "AUTH-013",
      /^Bearer\b/.test(headers.get("www-authenticate") ?? ""),
      "WWW-Authenticate: Bearer",
      headers.get("www-authenticate"),
    );
}

/** Judges that `answer` is the problem `codes` names; `id` is the requirement that says so. @throws Violation */
export function expectProblem(run: Judge, id: string, answer: Answer, ...codes: readonly string[]): void {
  const expected = codes.map((code) => `${STATUS_OF[code]} ${code}`).join(" or ");
  const got = `${answer.status}${answer.json?.code ? ` ${answer.json.code}` : ""}`;
  run.must(id, codes.includes(answer.json?.code), expected, got);
}
