import { type ErrorCode, isErrorCode, SegueError } from "@segue/core";
import type { HttpResponse } from "../ports/http";
import { parseJson } from "./json";
import { retryAfterMs } from "./retry-after";

const MAX_DETAIL = 500;

/** The error that an answer with a status of 400 or more means; problem details (RFC 9457) when it has them. */
export function errorFromResponse(response: HttpResponse, nowMs: number): SegueError {
  const problem = problemOf(response);
  const wait = retryAfterMs(response.header("retry-after"), nowMs) ?? number(problem.retryAfterMs);
  const supportId = text(problem.supportId) ?? response.header("x-request-id") ?? undefined;
  const detail = text(problem.detail) ?? `HTTP ${response.status}`;
  return new SegueError(isErrorCode(problem.code) ? problem.code : codeForStatus(response.status), {
    detail,
    errors: fieldErrors(problem.errors),
    ...(supportId === undefined ? {} : { supportId }),
    ...(wait === undefined ? {} : { retryAfterMs: wait }),
  });
}

function problemOf(response: HttpResponse): Record<string, unknown> {
  if (!/[/+]json\b/.test(response.header("content-type") ?? "")) return {};
  try {
    const value = parseJson(response.body, "the problem");
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** For servers and proxies in between that send no problem details. */
function codeForStatus(status: number): ErrorCode {
  switch (status) {
    case 401:
      return "unauthenticated";
    case 403:
      return "forbidden";
    case 404:
      return "not_found";
    case 405:
      return "method_not_allowed";
    case 406:
      return "not_acceptable";
    case 413:
      return "body_too_large";
    case 415:
      return "unsupported_media_type";
    case 429:
      return "rate_limited";
    case 502:
    case 503:
    case 504:
      return "unavailable";
    default:
      return status >= 500 ? "internal" : status >= 400 ? "invalid_request" : "protocol";
  }
}

function fieldErrors(value: unknown): { pointer: string; message: string }[] {
  if (!Array.isArray(value)) return [];
  return value.slice(0, 50).flatMap((entry) => {
    const pointer = text((entry as { pointer?: unknown } | null)?.pointer);
    const message = text((entry as { message?: unknown } | null)?.message);
    return pointer !== undefined && message !== undefined ? [{ pointer, message }] : [];
  });
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value.slice(0, MAX_DETAIL) : undefined;
}

function number(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : undefined;
}
