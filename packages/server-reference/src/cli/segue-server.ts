#!/usr/bin/env node
/** The server's command line. */
import { DataDirInUse } from "../adapters/files/data-dir-lock";
import { DatabaseError } from "../adapters/sql/errors";
import { SchemaMismatch } from "../adapters/sql/migrate";
import { ConfigError, parseConfig } from "../config";
import { backup, restore } from "./backup";
import { CommandError } from "./command";
import { createConsole } from "./console";
import { HELP } from "./help";
import { keys } from "./keys";
import { revoke } from "./revoke";
import { serve } from "./serve";
import { USERS_HELP, users } from "./users";

const print = (line: string) => process.stdout.write(`${line}\n`);

async function run(argv: readonly string[]): Promise<number> {
  const [command = "serve", ...rest] = argv;
  const config = () => parseConfig(process.env);
  if (command === "ingest") {
    const { runIngestCli } = await import("../ingest/cli");
    return runIngestCli(rest);
  }
  if (command === "users" && (rest.includes("--help") || rest.includes("-h"))) {
    process.stdout.write(USERS_HELP);
    return 0;
  }
  if (["--help", "-h", "help"].includes(command) || rest.includes("--help") || rest.includes("-h")) {
    process.stdout.write(HELP);
    return 0;
  }
  if (command === "serve" && rest.length === 0) return serve(config(), createConsole(process.stdout));
  if (command === "backup" && rest.length === 1) await backup(config(), rest[0]!, print);
  else if (command === "restore" && rest.length === 1) await restore(config(), rest[0]!, print);
  else if (command === "keys") await keys(config(), rest, print);
  else if (command === "revoke" || command === "allow") await revoke(config(), command, rest, print);
  else if (command === "users") await users(config(), rest, print);
  else throw new CommandError(`Not understood: ${argv.join(" ")}. See segue-server --help.`);
  return 0;
}

/** One line for what the user can mend; the whole story for the rest. */
function explain(error: unknown): { line: string; code: number } {
  const { code } = error as NodeJS.ErrnoException;
  const usage =
    error instanceof ConfigError || error instanceof CommandError || code?.startsWith("ERR_PARSE_ARGS");
  if (usage) return { line: (error as Error).message.split("\n")[0]!, code: 2 };
  const elsewhere =
    error instanceof DataDirInUse ||
    error instanceof SchemaMismatch ||
    (error instanceof DatabaseError && error.code === "unavailable");
  if (elsewhere) return { line: error.message, code: 3 };
  if (code === "EADDRINUSE") {
    const { port } = error as { port?: number };
    return { line: `Port ${port} is in use; set SEGUE_PORT to another one.`, code: 3 };
  }
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
