/** Tables written once: SQL with the kinds of columns where types stand. */
import type { ColumnKind, SqlDialect } from "./dialect";

type Ending = "plain" | "clustered";

/** Words of `ddl`: the kinds of columns, and what follows the columns of a table. */
export const WORDS = {
  text: "text",
  integer: "integer",
  real: "real",
  blob: "blob",
  flag: "flag",
  json: "json",
  time: "time",
  serial: "serial",
  plain: "plain",
  clustered: "clustered",
} as const satisfies { [Word in ColumnKind | Ending]: Word };

/** Statements in the language of `dialect`. */
export type Ddl = (dialect: SqlDialect) => readonly string[];

/** Statements, each ended by a semicolon at the end of a line. */
export function ddl(strings: TemplateStringsArray, ...words: readonly (ColumnKind | Ending)[]): Ddl {
  return ({ types, endings }) => {
    const inWords: Readonly<Record<ColumnKind | Ending, string>> = { ...types, ...endings };
    const text = strings.reduce((before, part, i) => before + inWords[words[i - 1]!] + part);
    return text
      .split(/;[ \t]*(?:\n|$)/)
      .map((statement) => statement.trim())
      .filter((statement) => statement !== "");
  };
}
