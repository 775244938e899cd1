/** Command-line arguments. */
import { parseArgs } from "node:util";

/** The command line cannot be understood; `message` is one line. */
export class Misuse extends Error {
  override readonly name = "Misuse";
}

export const HELP = `npm run conformance -- COMMAND

  run --server URL [--credentials FILE]   judge a server; a sandbox needs no credentials
  run --server reference                  start the reference server with a small catalog and judge it
  list [AREA]                             the checks, and the requirements that each can judge
  replay FILE --server URL|reference      repeat a counterexample that a run has written
  selftest [MUTANT …]                     break the reference server in known ways; every break must be found

Options of run and replay:
  --credentials FILE   {"users": [{"accessToken", "refreshToken"?, "clientId"?}, {…}], "tracks"?: {…}}: two listeners,
                       if possible one on the premium plan and one on the free plan
  --only TEXT          only checks whose id contains TEXT, or that judge the requirement TEXT; may be repeated
  --seed N             repeat a run (default: a fresh one, which is printed)
  --depth N            factor on the number of executions (default 1)
  --budget SECONDS     longest time of one check (default 30)
  --parallel N         checks at the same time (default 2)
  --report FOLDER      where report.html, results.json, junit.xml and counterexamples go (default conformance-report)
  --no-report          write nothing

Exit codes: 0 conformant, 1 a requirement is broken, 2 the run could not be made or ended early.
`;

/** What was asked for. */
export interface Arguments {
  readonly command: "run" | "list" | "replay" | "selftest" | "help";
  readonly rest: readonly string[];
  readonly server: string | null;
  readonly credentials: string | null;
  readonly only: readonly string[];
  readonly seed: number | null;
  readonly depth: number;
  readonly budgetMs: number;
  readonly parallel: number;
  /** Null for none. */
  readonly report: string | null;
}

function numberOf(name: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (text.trim() !== "" && value >= min && value <= max) return value;
  throw new Misuse(`--${name} must be a number from ${min} to ${max}, not ${JSON.stringify(text)}.`);
}

const COMMANDS: readonly string[] = ["run", "list", "replay", "selftest", "help"];

/** @throws Misuse */
export function readArguments(argv: readonly string[]): Arguments {
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(argv);
  } catch (error) {
    throw new Misuse((error as Error).message);
  }
  const { values, positionals } = parsed;
  const [command = "help", ...rest] = positionals;
  if (!COMMANDS.includes(command))
    throw new Misuse(`${command} is no command; there are ${COMMANDS.join(", ")}.`);
  const whole = (name: "seed", text: string) => Math.trunc(numberOf(name, text, -(2 ** 31), 2 ** 31 - 1));
  return {
    command: values.help ? "help" : (command as Arguments["command"]),
    rest,
    server: values.server ?? null,
    credentials: values.credentials ?? null,
    only: values.only ?? [],
    seed: values.seed === undefined ? null : whole("seed", values.seed),
    depth: numberOf("depth", values.depth ?? "1", 0.01, 1000),
    budgetMs: numberOf("budget", values.budget ?? "30", 1, 86_400) * 1000,
    parallel: Math.trunc(numberOf("parallel", values.parallel ?? "2", 1, 16)),
    report: values["no-report"] ? null : (values.report ?? "conformance-report"),
  };
}

const parse = (argv: readonly string[]) =>
  parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      server: { type: "string" },
      credentials: { type: "string" },
      only: { type: "string", multiple: true },
      seed: { type: "string" },
      depth: { type: "string" },
      budget: { type: "string" },
      parallel: { type: "string" },
      report: { type: "string" },
      "no-report": { type: "boolean" },
      help: { type: "boolean", short: "h" },
    },
  });
