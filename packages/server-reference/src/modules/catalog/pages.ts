/** Cursor pages: `{ items, nextCursor }` with `?cursor&limit`. */
import { SegueError } from "@segue/core";

/** A page of a list. */
export interface Page<T> {
  readonly items: readonly T[];
  /** Null at the end. */
  readonly nextCursor: string | null;
}

/** Where a page starts and how long it is. */
export interface PageRequest {
  readonly offset: number;
  readonly limit: number;
}

const CURSOR = /^o([0-9]{1,9})$/;
const bad = (field: string, message: string) =>
  new SegueError("invalid_request", { errors: [{ pointer: `/query/${field}`, message }] });

/** Reads `cursor` and `limit`. @throws SegueError `invalid_request` */
export function readPageRequest(query: { readonly cursor?: unknown; readonly limit?: unknown }): PageRequest {
  const { cursor, limit } = query;
  let offset = 0;
  if (cursor !== undefined) {
    const match =
      typeof cursor === "string" ? CURSOR.exec(Buffer.from(cursor, "base64url").toString("latin1")) : null;
    if (!match) throw bad("cursor", "is not a cursor that this server gave");
    offset = Number(match[1]);
  }
  if (limit === undefined) return { offset, limit: 50 };
  if (typeof limit !== "string" || !/^[1-9]\d{0,2}$/.test(limit) || Number(limit) > 100)
    throw bad("limit", "must be a number from 1 to 100");
  return { offset, limit: Number(limit) };
}

/** What to read for `request`: one row more tells whether there is a next page. */
export const oneMore = ({ offset, limit }: PageRequest): PageRequest => ({ offset, limit: limit + 1 });

/** The page of `rows`, which were read for `oneMore(request)`. */
export function pageOf<R, T>(rows: readonly R[], request: PageRequest, items: readonly T[]): Page<T> {
  const more = rows.length > request.limit;
  const next = Buffer.from(`o${request.offset + request.limit}`, "latin1").toString("base64url");
  return { items, nextCursor: more ? next : null };
}
