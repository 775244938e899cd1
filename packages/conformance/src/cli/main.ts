#!/usr/bin/env node
/** The suite's command line. */
import { CannotRun } from "../subjects/remote";
import { HELP, Misuse, readArguments } from "./arguments";
import { list, replay, run, selftest } from "./commands";

const print = (line: string) => process.stdout.write(`${line}\n`);

async function main(argv: readonly string[]): Promise<number> {
  const given = readArguments(argv);
  const stop = new AbortController();
  const onSignal = () => {
    if (stop.signal.aborted) process.exit(2);
    print("Stopping; once more ends at once.");
    stop.abort();
  };
  process.on("SIGINT", onSignal).on("SIGTERM", onSignal);
  switch (given.command) {
    case "run":
      return run(given, print, stop.signal);
    case "list":
      return list(given, print);
    case "replay":
      return replay(given, print, stop.signal);
    case "selftest":
      return selftest(given, print, stop.signal);
    default:
      process.stdout.write(HELP);
      return 0;
  }
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error) => {
    const known = error instanceof Misuse || error instanceof CannotRun;
    const aborted = (error as Error).name === "AbortError";
    const line = known ? error.message : aborted ? "Stopped." : ((error as Error).stack ?? String(error));
    process.stderr.write(`conformance: ${line}\n`);
    process.exit(2);
  },
);
