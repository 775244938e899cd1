/** Recommendation maths: speed of training, of neighbors and of weekly lists, beside peers in the same run. */
import { cpus, loadavg } from "node:os";
import { hostWasm } from "../packages/core/test/recommend/wasm-host";
import { weekly } from "./recommend/discover-weekly";
import { ials } from "./recommend/ials";
import { kdTree } from "./recommend/kd-tree";
import { neighbors } from "./recommend/neighbors";
import type { BenchContext, BenchRow } from "./recommend/row";
import { scores } from "./recommend/scores";
import { top500 } from "./recommend/top-500";
import { words } from "./recommend/words";

const SECTIONS = [ials, scores, kdTree, neighbors, top500, words, weekly];

const args = process.argv.slice(2);
const names = args.filter((arg) => !arg.startsWith("--"));
const unknown = [
  ...args.filter((arg) => arg.startsWith("--") && arg !== "--quick" && arg !== "--help"),
  ...names.filter((name) => !SECTIONS.some((section) => section.name === name)),
];
if (unknown.length > 0) console.error(`Not understood: ${unknown.join(" ")}\n`);
if (unknown.length > 0 || args.includes("--help")) {
  console.log(`npm run bench -- recommend [SECTION …] [--quick]

Measures these sections, or the named ones: ${SECTIONS.map((section) => section.name).join(", ")}.
Speeds are per CPU second of one thread. --quick takes small sizes, to see that everything runs.`);
  process.exit(unknown.length > 0 ? 2 : 0);
}

const context: BenchContext = {
  wasm: hostWasm,
  quick: args.includes("--quick"),
  progress: (text) => console.error(`… ${text}`),
  async cpuSeconds(run, repeats = 3) {
    let least = Number.POSITIVE_INFINITY;
    for (let i = 0; i < repeats; i++) {
      const before = process.cpuUsage();
      await run();
      const { user, system } = process.cpuUsage(before);
      least = Math.min(least, (user + system) / 1e6);
    }
    return least;
  },
};

const number = (value: number) => (value >= 100 ? value.toFixed(0) : value.toPrecision(3));
function print(row: BenchRow): void {
  const ratio = row.peer ? (row.more ? row.value / row.peer.value : row.peer.value / row.value) : null;
  const aimed = row.aim === undefined ? "" : `aim ${row.more ? "≥" : "≤"} ${number(row.aim)}`;
  const peer = row.peer ? `${number(row.peer.value)} ${row.peer.name}, ${number(ratio!)}×` : "";
  console.log(
    `${row.what.padEnd(52)} ${number(row.value).padStart(9)} ${row.unit.padEnd(14)} ${aimed.padEnd(13)} ${peer.padEnd(34)} ${row.note ?? ""}`.trimEnd(),
  );
}

console.log(
  `${cpus().length} × ${cpus()[0]?.model.trim() ?? "unknown processor"}, Node ${process.versions.node}, load ${loadavg()[0]?.toFixed(2)}`,
);
for (const section of SECTIONS)
  if (names.length === 0 || names.includes(section.name))
    for await (const row of section.rows(context)) print(row);
console.log(`load at the end ${loadavg()[0]?.toFixed(2)}`);
