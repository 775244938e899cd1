/** Which tables a statement reads as a whole, by the plan that the database makes for it. */
import { type CompiledQuery, sql } from "kysely";
import type { SqlDatabase } from "../database";

/** The tables that `query` reads from end to end, however many rows they have. */
export async function wholeScans<DB>(
  database: SqlDatabase<DB>,
  query: CompiledQuery,
): Promise<readonly string[]> {
  return database.dialect.name === "sqlite" ? sqliteScans(database, query) : postgresScans(database, query);
}

const explained = (query: CompiledQuery, prefix: string): CompiledQuery<never> => ({
  ...query,
  query: { kind: "RawNode", sqlFragments: [], parameters: [] },
  sql: `${prefix} ${query.sql}`,
});

async function sqliteScans<DB>({ query }: SqlDatabase<DB>, of: CompiledQuery): Promise<readonly string[]> {
  const plan = await query.executeQuery<{ detail: string }>(explained(of, "EXPLAIN QUERY PLAN"));
  const steps = plan.rows.map(({ detail }) => detail);
  // In the order of an index, rows are read until there are enough, unless a condition leaves out what was read.
  const bounded =
    /^(?!.*\bwhere\b).*\blimit\b/s.test(of.sql) && !steps.some((step) => step.startsWith("USE TEMP B-TREE"));
  return steps.flatMap((step) => {
    const [, table, how] = /^SCAN (\w+)(.*)$/.exec(step) ?? [];
    // The rows of an INSERT are no table either: "SCAN 3 CONSTANT ROWS", or "SCAN 3-ROW VALUES CLAUSE".
    const isTable = table !== undefined && !/VIRTUAL TABLE|CONSTANT ROW|VALUES CLAUSE/.test(step);
    return isTable && !(bounded && how!.includes("USING")) ? [table] : [];
  });
}

interface PlanNode {
  readonly "Node Type": string;
  readonly "Parent Relationship"?: string;
  readonly "Relation Name"?: string;
  readonly "Index Cond"?: string;
  readonly Filter?: string;
  readonly Plans?: readonly PlanNode[];
}

/** What makes PostgreSQL tell what it could do with many rows, although there are none. */
const AS_IF_FULL = ["seqscan", "bitmapscan", "hashjoin", "mergejoin", "material"];
/** What hands on its first row once it has read its last. */
const EAGER = /^(Sort|Aggregate|Hash|Materialize|ModifyTable|WindowAgg|SetOp)$/;

async function postgresScans<DB>(database: SqlDatabase<DB>, of: CompiledQuery): Promise<readonly string[]> {
  const plan = await database.transaction(async (tx) => {
    for (const way of AS_IF_FULL) await sql.raw(`SET LOCAL enable_${way} = off`).execute(tx);
    const { rows } = await tx.executeQuery<{ "QUERY PLAN": string }>(explained(of, "EXPLAIN (FORMAT JSON)"));
    return (JSON.parse(rows[0]!["QUERY PLAN"]) as [{ readonly Plan: PlanNode }])[0].Plan;
  });
  const found: string[] = [];
  const walk = (node: PlanNode, bounded: boolean): void => {
    const { "Node Type": type, "Relation Name": table } = node;
    const scans = /^(Seq Scan|Index Scan|Index Only Scan)$/.test(type);
    const whole = type === "Seq Scan" || !(node["Index Cond"] || (bounded && !node.Filter));
    if (scans && whole) found.push(table!);
    const below = type === "Limit" || (bounded && !EAGER.test(type));
    for (const child of node.Plans ?? []) walk(child, below && child["Parent Relationship"] === "Outer");
  };
  walk(plan, false);
  return found;
}
