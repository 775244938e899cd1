/** Runs one of the programs in a folder by its name: `npm run bench -- NAME`, `npm run eval -- NAME`, `npm run soak -- NAME`. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ensureSystemPackages } from "./system-packages.mjs";
import { bin, ensureBuilt, ensureInstalled, root, run } from "./workspace.mjs";

/** The first sentence of a program's opening comment. */
function summary(file) {
  return /\/\*\*\s*(.*?)(\*\/|\n)/.exec(readFileSync(file, "utf8"))?.[1]?.trim() ?? "";
}

/** Runs `folder`/NAME.ts with the remaining arguments, or lists the names. Exits with the program's code. */
export async function runNamed(folder, command) {
  const [name, ...args] = process.argv.slice(2);
  const path = join(root, folder);
  const names = readdirSync(path)
    .filter((file) => file.endsWith(".ts") && !file.startsWith("_"))
    .map((file) => file.slice(0, -3));
  if (!name || name === "--help" || !names.includes(name)) {
    if (name && name !== "--help") console.error(`There is no ${command} named ${JSON.stringify(name)}.`);
    console.log(`npm run ${command} -- NAME [options]\n`);
    for (const each of names) console.log(`  ${each.padEnd(12)} ${summary(join(path, `${each}.ts`))}`);
    process.exit(name && name !== "--help" ? 2 : 0);
  }
  await ensureInstalled();
  await ensureBuilt();
  const programs = await ensureSystemPackages();
  process.exitCode = await run(bin("tsx"), ["--conditions=segue-source", join(path, `${name}.ts`), ...args], {
    env: programs,
  });
}
