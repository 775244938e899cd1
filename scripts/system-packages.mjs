/** Programs that tests need and npm does not have, from Debian's packages. */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { delimiter, join } from "node:path";
import { run } from "./workspace.mjs";

/** Chromium for the end-to-end tests, ffmpeg for AAC, Python for the golden vectors. */
const FOR_TESTS = [
  {
    program: "chromium",
    debian: "chromium",
    env: "SEGUE_CHROMIUM",
    without: "the end-to-end tests in a browser are skipped",
  },
  { program: "ffmpeg", debian: "ffmpeg", env: "SEGUE_FFMPEG", without: "the tests of AAC are skipped" },
  {
    program: "python3",
    debian: "python3-cryptography",
    env: "SEGUE_PYTHON",
    without: "the Python runner of the golden vectors is skipped",
    /** Any Python will not do: it needs the package. */
    works: (path) => spawnSync(path, ["-c", "import cryptography"]).status === 0,
  },
];

/** Where Debian puts the versions of PostgreSQL, none of them on the PATH; the newest first. */
function postgresFolders() {
  const versions = "/usr/lib/postgresql";
  if (!existsSync(versions)) return [];
  const newestFirst = readdirSync(versions).sort((a, b) => Number(b) - Number(a));
  return newestFirst.map((version) => join(versions, version, "bin"));
}

/** Engines that run beside the server, each with tests of its own: `*.NAME.test.ts`. */
export const ENGINES = [
  {
    name: "postgres",
    program: "postgres",
    debian: "postgresql",
    env: "SEGUE_POSTGRES",
    without: "the tests on PostgreSQL are skipped",
    folders: postgresFolders,
  },
];

/** Path of a program: from its variable, else from its folders or PATH; null when it is missing. */
export function findProgram({ program, env, folders = () => [], works = () => true }) {
  if (process.env[env]) return process.env[env];
  for (const folder of [...folders(), ...(process.env.PATH ?? "").split(delimiter)]) {
    const path = join(folder, program);
    if (folder && existsSync(path) && works(path)) return path;
  }
  return null;
}

/**
 * Installs what is missing where we may, and says plainly what goes untested where we may not.
 * Returns the variables that name the programs found.
 */
export async function ensureSystemPackages(programs = FOR_TESTS) {
  const missing = programs.filter((wanted) => !findProgram(wanted));
  if (missing.length > 0 && process.getuid?.() === 0 && existsSync("/usr/bin/apt-get")) {
    const names = missing.map((wanted) => wanted.debian);
    console.log(`Installing ${names.join(" and ")} from Debian's packages …`);
    const env = { DEBIAN_FRONTEND: "noninteractive" };
    await run("apt-get", ["update", "-qq"], { quiet: true, env });
    await run("apt-get", ["install", "-y", "-qq", "--no-install-recommends", ...names], { quiet: true, env });
  }
  const found = {};
  for (const wanted of programs) {
    const path = findProgram(wanted);
    if (path) found[wanted.env] = path;
    else
      console.log(
        `SKIPPED: ${wanted.program} is missing and cannot be installed from here, so ${wanted.without}. ` +
          `Install the package ${wanted.debian}, or set ${wanted.env} to the program.`,
      );
  }
  return found;
}
