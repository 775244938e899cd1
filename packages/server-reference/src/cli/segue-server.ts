#!/usr/bin/env node
/** The server's command line. */
import { DataDirInUse } from "../adapters/sqlite/data-dir-lock";
import { ConfigError, parseConfig } from "../config";
import { backup, CommandError } from "./backup";
import { serve } from "./serve";

const HELP = `segue-server: the Segue reference server

  segue-server serve           start the server (default)
  segue-server ingest FOLDER   add a folder of masters to the catalog; --help for more
  segue-server backup FILE     copy the database to FILE, also while the server runs;
                               to restore, put it back as segue.db in an empty data directory,
                               together with the folders media and images

Environment:
  SEGUE_PORT          port, default 4600
  SEGUE_HOST          address, default 127.0.0.1
  SEGUE_DATA_DIR      data directory, default .segue
  SEGUE_PUBLIC_URL    origin under which clients reach the server
  SEGUE_SANDBOX       1 (default): demo users and one-click sign-in, on loopback only; 0: off; force: anywhere
  SEGUE_DEMO          1 (default): demo catalog; 0: none
  SEGUE_DEMO_TRACKS   number of demo tracks
  SEGUE_RATE_LIMIT    requests per minute and caller, default 1200; 0: no limit
  SEGUE_LOG_LEVEL     silent, fatal, error, warn (default), info, debug or trace
  SEGUE_METRICS_TOKEN bearer token of /metrics, which otherwise answers this machine only
  SEGUE_OIDC_ISSUER   use this OpenID provider for sign-in instead of the server's own
  SEGUE_WEB_DIR       folder of the built web player
`;

const print = (line: string) => process.stdout.write(`${line}\n`);

async function run(argv: readonly string[]): Promise<number> {
  const [command = "serve", ...rest] = argv;
  if (command === "--help" || command === "-h" || command === "help") {
    process.stdout.write(HELP);
    return 0;
  }
  if (command === "ingest") {
    const { runIngestCli } = await import("../media-production/ingest-cli");
    return runIngestCli(rest);
  }
  if (rest.includes("--help")) {
    process.stdout.write(HELP);
    return 0;
  }
  if (command === "serve" && rest.length === 0) return serve(parseConfig(process.env), print);
  if (command === "backup" && rest.length === 1) {
    print(`Written to ${await backup(parseConfig(process.env), rest[0]!)}.`);
    return 0;
  }
  throw new CommandError(`Not understood: ${argv.join(" ")}. See segue-server --help.`);
}

/** One line for what the user can mend; the whole story for the rest. */
function explain(error: unknown): { line: string; code: number } {
  if (error instanceof ConfigError || error instanceof CommandError) return { line: error.message, code: 2 };
  if (error instanceof DataDirInUse) return { line: error.message, code: 3 };
  const { code } = error as NodeJS.ErrnoException;
  if (code === "EADDRINUSE") return { line: "The port is in use; set SEGUE_PORT to another one.", code: 3 };
  return { line: error instanceof Error ? (error.stack ?? error.message) : String(error), code: 1 };
}

run(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error) => {
    const { line, code } = explain(error);
    process.stderr.write(`segue-server: ${line}\n`);
    process.exit(code);
  },
);
