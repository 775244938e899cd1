/** A PostgreSQL server of our own: fresh data in a temporary folder, on a free port of the loopback. */
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  chownSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { keepEngine } from "./keep";

/** A running server. */
export interface PostgresServer {
  /** Of its database `postgres`, as a user who may do everything. */
  readonly url: string;
  stop(): Promise<void>;
}

/** Where Debian puts the versions of PostgreSQL, none of them on the PATH. */
const DEBIAN = "/usr/lib/postgresql";

/** The program `postgres`: SEGUE_POSTGRES, else the newest one of Debian's packages or the PATH; null without any. */
export function findPostgres(): string | null {
  const named = process.env.SEGUE_POSTGRES;
  if (named) return named;
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [
    ...versions.map((version) => join(DEBIAN, version, "bin")),
    ...(process.env.PATH ?? "").split(delimiter),
  ];
  const found = folders.map((folder) => join(folder, "postgres")).find((path) => existsSync(path));
  return found ? realpathSync(found) : null;
}

/** PostgreSQL refuses to run as root; Debian's package makes a user for it. */
function systemUser(): { readonly uid: number; readonly gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string) => Number(execFileSync("id", [flag, "postgres"], { encoding: "utf8" }));
  return { uid: id("-u"), gid: id("-g") };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });
}

/**
 * Starts a server; it ends with this process, if not before.
 * @param durable Whether a commit waits for the disk: for measurements, while tests need not wait. Default false
 * @throws Error when there is no PostgreSQL, or it does not start
 */
export async function startPostgres({ durable = false } = {}): Promise<PostgresServer> {
  const command = findPostgres();
  if (!command)
    throw new Error(
      "PostgreSQL is missing: install Debian's postgresql, or set SEGUE_POSTGRES to the program.",
    );
  const user = systemUser();
  const folder = mkdtempSync(join(tmpdir(), "segue-postgres-"));
  const password = randomBytes(16).toString("hex");
  const secret = join(folder, "password");
  const data = join(folder, "data");
  try {
    writeFileSync(secret, password, { mode: 0o600 });
    if (user) for (const path of [folder, secret]) chownSync(path, user.uid, user.gid);
    // Words are sorted as in English by default: what wants to be sorted by code points must say so, as on many servers.
    const cluster = ["--locale-provider=icu", "--icu-locale=en", "--locale=C.UTF-8", "--encoding=UTF8"];
    const access = ["--username=segue", "--auth=scram-sha-256", `--pwfile=${secret}`];
    execFileSync(
      join(dirname(command), "initdb"),
      ["--pgdata", data, "--no-sync", "--no-instructions", ...cluster, ...access],
      { cwd: folder, stdio: ["ignore", "ignore", "pipe"], ...user },
    );
    const port = await freePort();
    const settings = {
      listen_addresses: "127.0.0.1",
      port,
      unix_socket_directories: "",
      max_connections: 60,
      shared_buffers: "64MB",
      lc_messages: "C",
      ...(durable ? {} : { fsync: "off", full_page_writes: "off", synchronous_commit: "off" }),
    };
    const engine = await keepEngine({
      command,
      args: ["-D", data, ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`])],
      folder,
      signal: "SIGINT",
      ready: /ready to accept connections/,
      ...(user ? { user } : {}),
    });
    return { url: `postgres://segue:${password}@127.0.0.1:${port}/postgres`, stop: engine.stop };
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}
