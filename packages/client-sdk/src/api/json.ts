import { SegueError } from "@segue/core";

const MAX_DEPTH = 32;

/** Parses a JSON body. @throws SegueError `protocol` when it is not JSON or nests too deeply */
export function parseJson(body: Uint8Array, what: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch (cause) {
    throw new SegueError("protocol", { detail: `${what} is not JSON`, cause });
  }
  if (!shallowerThan(value, MAX_DEPTH))
    throw new SegueError("protocol", { detail: `${what} nests too deeply` });
  return value;
}

function shallowerThan(value: unknown, depth: number): boolean {
  if (typeof value !== "object" || value === null) return true;
  if (depth === 0) return false;
  return Object.values(value).every((child) => shallowerThan(child, depth - 1));
}
