/** A point read compiled once, beside the bare driver and a query that Kysely builds anew, on SQLite and PostgreSQL. */
import { mkdtempSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import Libsql from "libsql";
import pg from "pg";
import { findPostgres, startPostgres } from "../../../test/engines/postgres";
import { compile } from "../src/adapters/sql/compiled";
import type { SqlDatabase } from "../src/adapters/sql/database";
import { ddl, WORDS } from "../src/adapters/sql/ddl";
import { type MigrationSet, migrate } from "../src/adapters/sql/migrate";
import { openPostgres } from "../src/adapters/sql/open-postgres";
import { openSqlite } from "../src/adapters/sql/open-sqlite";

const { values } = parseArgs({
  options: {
    reads: { type: "string", default: "5000" },
    rounds: { type: "string", default: "9" },
    help: { type: "boolean", default: false },
  },
});
if (values.help) {
  console.log(`npm run bench -- sql [--reads N] [--rounds N]
  Reads and writes rows by their key, N at a time one after the other (default 5000), each way in turn, in 9 rounds.`);
  process.exit(0);
}
const READS = Number(values.reads);
const ROUNDS = Number(values.rounds);
const ROWS = 10_000;

interface Tables {
  rows: { id: string; name: string; key: Uint8Array; seen_at: number };
}
const { text, blob, time, plain } = WORDS;
const SET: MigrationSet = {
  area: "bench",
  steps: [
    {
      name: "rows",
      statements: ddl`CREATE TABLE rows (
        id ${text} PRIMARY KEY, name ${text} NOT NULL, key ${blob} NOT NULL, seen_at ${time} NOT NULL) ${plain};`,
    },
  ],
};
const READ = "SELECT * FROM rows WHERE id = ";
const WRITE = (first: string, second: string) => `UPDATE rows SET seen_at = ${first} WHERE id = ${second}`;

/** One way to read or write the row `id`. */
type Way = (id: string) => Promise<unknown>;
const idOf = (i: number) => `device-${i % ROWS}`;

async function fill(database: SqlDatabase<Tables>): Promise<void> {
  await migrate(database, SET);
  await database.transaction(async (tx) => {
    for (let at = 0; at < ROWS; at += 500) {
      const rows = Array.from({ length: 500 }, (_, i) => i + at);
      const row = (i: number) => ({ id: idOf(i), name: `Name ${i}`, key: new Uint8Array(65), seen_at: i });
      await tx.insertInto("rows").values(rows.map(row)).execute();
    }
  });
}

/** The same read and the same write, each by hand, compiled once, and built anew. */
function ways(
  database: SqlDatabase<Tables>,
  bareRead: Way,
  bareWrite: Way,
): Record<string, Record<string, Way>> {
  const { query } = database;
  const find = compile(database, (db, p: { id: string }) =>
    db.selectFrom("rows").selectAll().where("id", "=", p.id),
  );
  const touch = compile(database, (db, p: { id: string; now: number }) =>
    db.updateTable("rows").set({ seen_at: p.now }).where("id", "=", p.id),
  );
  return {
    "point read": {
      "bare driver": bareRead,
      "compiled once": (id) => find.first({ id }),
      "built anew": (id) => query.selectFrom("rows").selectAll().where("id", "=", id).executeTakeFirst(),
    },
    "point write": {
      "bare driver": bareWrite,
      "compiled once": (id) => touch.run({ id, now: 7 }),
      "built anew": (id) => query.updateTable("rows").set({ seen_at: 7 }).where("id", "=", id).execute(),
    },
  };
}

const median = (times: number[]) => [...times].sort((a, b) => a - b)[Math.floor(times.length / 2)]!;

/** Microseconds of one statement: as they pass, and of this process's processor time. */
interface Cost {
  readonly wall: number;
  readonly cpu: number;
}

async function measure(way: Way, count: number): Promise<Cost> {
  const begun = performance.now();
  const used = process.cpuUsage();
  for (let i = 0; i < count; i++) await way(idOf(i * 7));
  const { user, system } = process.cpuUsage(used);
  return { wall: ((performance.now() - begun) / count) * 1000, cpu: (user + system) / count };
}

async function compare(name: string, of: Record<string, Record<string, Way>>, count: number): Promise<void> {
  for (const [what, subjects] of Object.entries(of)) {
    const costs = new Map<string, Cost[]>(Object.keys(subjects).map((way) => [way, []]));
    for (let round = -1; round < ROUNDS; round++)
      for (const [way, run] of Object.entries(subjects)) {
        const cost = await measure(run, count);
        if (round >= 0) costs.get(way)!.push(cost);
      }
    console.log(`${name}, ${what}`);
    for (const way of costs.keys()) {
      const said = (["wall", "cpu"] as const).map((kind) => {
        const of = (which: string) => median(costs.get(which)!.map((cost) => cost[kind]));
        const ratio = (of(way) / of("bare driver")).toFixed(2);
        return `${of(way).toFixed(1).padStart(8)} µs${kind === "cpu" ? " processor" : ""} ${ratio} × bare`;
      });
      console.log(`  ${way.padEnd(14)} ${said.join("  ")}`);
    }
  }
}

console.log(
  `median of ${ROUNDS} rounds of ${READS} statements one after the other, ${ROWS} rows, load ${loadavg()[0]!.toFixed(1)}`,
);
const folder = mkdtempSync(join(tmpdir(), "segue-bench-"));
const file = join(folder, "rows.db");
const sqlite = openSqlite<Tables>(file);
await fill(sqlite);
const libsql = new Libsql(file);
libsql.exec("PRAGMA synchronous = NORMAL");
const bareRead = libsql.prepare<unknown[]>(`${READ}?`);
const bareWrite = libsql.prepare<unknown[]>(WRITE("?", "?"));
const onSqlite = ways(
  sqlite,
  async (id) => bareRead.all([id])[0],
  async (id) => bareWrite.run([7, id]),
);
await compare("SQLite", onSqlite, READS);
await sqlite.close();
libsql.close();
rmSync(folder, { recursive: true, force: true });

if (findPostgres() === null) console.log("SKIPPED: PostgreSQL is missing. Install the package postgresql.");
else {
  const server = await startPostgres({ durable: true });
  const postgres = await openPostgres<Tables>(server.url, { connections: 1 });
  await fill(postgres);
  const client = new pg.Client(server.url);
  await client.connect();
  const onPostgres = ways(
    postgres,
    async (id) => (await client.query({ name: "read", text: `${READ}$1`, values: [id] })).rows[0],
    async (id) => client.query({ name: "write", text: WRITE("$1", "$2"), values: [7, id] }),
  );
  await compare("PostgreSQL", onPostgres, Math.ceil(READS / 5));
  await client.end();
  await postgres.close();
  await server.stop();
}
