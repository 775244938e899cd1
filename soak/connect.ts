/** Drives Connect's reducers through faults in virtual time and checks its invariants. */
import { checkConnect } from "../packages/core/src/testing/connect/check";

const args = process.argv.slice(2);
if (args.includes("--help")) {
  console.log(`npm run soak -- connect [--runs N] [--happenings N] [--seed N] [--path PATH]

Two to four devices and a server share a session through random commands, wishes on the devices, delays, cuts, partitions,
sleep, crashes of devices and of the server. A run that breaks an invariant is shrunk and printed with the command that replays it.
  --runs        scenarios to run (5000)
  --happenings  most happenings of a scenario (60)
  --seed        seed of the scenarios (random)
  --path        path of a counterexample, as a failure prints it
Ends with 0 when every invariant held, with 1 when one did not.`);
  process.exit(0);
}
const option = (name: string) => {
  const at = args.indexOf(`--${name}`);
  return at < 0 ? undefined : args[at + 1];
};
const runs = Number(option("runs") ?? 5_000);
const seed = Number(option("seed") ?? Math.floor(Math.random() * 2 ** 31));
const maxHappenings = Number(option("happenings") ?? 60);
const path = option("path");
if (![runs, seed, maxHappenings].every(Number.isSafeInteger) || runs < 1 || maxHappenings < 1) {
  console.error("--runs, --happenings and --seed take whole numbers; see --help.");
  process.exit(2);
}

console.log(`seed ${seed}`);
const begun = performance.now();
const {
  counts,
  runs: done,
  events,
  failure,
} = checkConnect({
  runs,
  maxHappenings,
  seed,
  ...(path !== undefined && { path }),
  onRun: (n) => {
    if (n % 500 === 0) console.log(`${n} runs, ${Math.round((performance.now() - begun) / 1000)} s`);
  },
});
const seconds = (performance.now() - begun) / 1000;
console.log(
  `${done} runs, ${events} events in ${seconds.toFixed(1)} s (${Math.round(events / seconds)} per second)`,
);
for (const [name, n] of Object.entries(counts).sort()) console.log(`  ${name.padEnd(28)} ${n}`);
if (failure) {
  console.error(failure.report);
  process.exitCode = 1;
}
