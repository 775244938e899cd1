import { describe, expect, test } from "vitest";
import { toSegueError } from "../../http/problem";
import { DatabaseError, type DatabaseErrorCode } from "./errors";

describe("a failure of the database", () => {
  test.each<[DatabaseErrorCode, string, number | undefined]>([
    ["busy", "unavailable", 1_000],
    ["timeout", "unavailable", 5_000],
    ["unavailable", "unavailable", 5_000],
    ["unique", "internal", undefined],
    ["foreign_key", "internal", undefined],
    ["not_null", "internal", undefined],
    ["check", "internal", undefined],
    ["value", "internal", undefined],
    ["aborted", "internal", undefined],
    ["statement", "internal", undefined],
  ])("%s is %s to a client, without its words", (code, told, retryAfterMs) => {
    const error = new DatabaseError(code, "users.login at 10.0.0.1", { table: "users" });
    const problem = toSegueError(error);
    expect(problem).toMatchObject({ code: told, retryAfterMs, cause: error });
    expect(problem.detail ?? "").not.toMatch(/users|10\.0/);
  });
});
