import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { MUTANTS } from "../mutants/index";
import { judgeMutant, type MutantResult, startMutated } from "../mutants/selftest";
import { CHECKS } from "../src/checks/index";
import { coverageOf, distinctCounterexamples, type RunResult } from "../src/runner/run";
import { type PreparedData, prepareReference, removePrepared } from "../src/subjects/reference";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const signal = new AbortController().signal;
const reports = mkdtempSync(join(tmpdir(), "segue-conformance-test-"));
let prepared: PreparedData;

beforeAll(async () => {
  prepared = await prepareReference(signal);
});
afterAll(() => {
  removePrepared(prepared);
  rmSync(reports, { recursive: true, force: true });
});

interface Ended {
  readonly code: number | null;
  readonly out: string;
}

/** Runs the built command line, as `npm run conformance` does. */
function suite(
  args: readonly string[],
  onLine: (line: string, kill: () => void) => void = () => {},
): Promise<Ended> {
  const child = spawn(process.execPath, [join(root, "packages/conformance/dist/cli.js"), ...args], {
    cwd: root,
  });
  let out = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk) => {
      out += chunk;
      for (const line of String(chunk).split("\n")) onLine(line, () => child.kill("SIGINT"));
    });
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, out })));
}

const resultsIn = (folder: string): RunResult =>
  JSON.parse(readFileSync(join(folder, "results.json"), "utf8"));

test("the reference server is conformant, and the run says what it exercised", async () => {
  const folder = join(reports, "reference");
  const { code, out } = await suite(["run", "--server", "reference", "--seed", "1", "--report", folder]);
  expect(out).toMatch(/^Conformant: \d+ checks passed, 0 failed, 0 not tested, 0 with errors\.$/m);
  expect(code).toBe(0);
  const result = resultsIn(folder);
  expect(coverageOf(result.requirements).judged).toBeGreaterThanOrEqual(60);
  // Only what a check has judged counts, and every declared requirement is judged by some run.
  const silent = CHECKS.flatMap((check) => check.requirements).filter(
    (id) => result.requirements.find((each) => each.id === id)?.verdict !== "kept",
  );
  expect(silent).toEqual([]);
  expect(readFileSync(join(folder, "junit.xml"), "utf8")).toContain(`tests="${CHECKS.length}" failures="0"`);
  expect(readFileSync(join(folder, "report.html"), "utf8")).toContain("conformant");
});

describe("a server that breaks three requirements by hand", () => {
  const broken = ["range-one-byte-more", "validity-31-days", "page-repeats-an-entry"];
  const mutants = MUTANTS.filter((mutant) => broken.includes(mutant.id));
  const folder = join(reports, "three");
  let server: Awaited<ReturnType<typeof startMutated>>;
  let healthy: Awaited<ReturnType<typeof startMutated>>;
  let ended: Ended;

  beforeAll(async () => {
    server = await startMutated(prepared, mutants);
    healthy = await startMutated(prepared, []);
    ended = await suite(["run", "--server", server.url, "--report", folder]);
  });
  afterAll(async () => {
    await server.close();
    await healthy.close();
  });

  test("gets one counterexample of at most five steps for each", () => {
    expect(ended.code).toBe(1);
    const found = distinctCounterexamples(resultsIn(folder).checks).map((each) => each.found);
    expect(found.map((each) => each.requirement).sort()).toEqual(
      mutants.map((mutant) => mutant.requirement).sort(),
    );
    for (const each of found) {
      expect(each.steps.length).toBeLessThanOrEqual(5);
      expect(each.confirmed).toEqual({ of: 3, broke: 3 });
    }
    // Nothing else is blamed.
    expect(ended.out).toMatch(/^\d+ of \d+ MUSTs .* were exercised, 3 broken\./m);
  });

  test("with the specification's sentence, what was expected, and what came", () => {
    expect(ended.out).toContain("A server MUST answer a satisfiable single range with 206");
    expect(ended.out).toMatch(/^ {7}expected .+\n {7}got {6}.+/m);
    expect(readFileSync(join(folder, "report.html"), "utf8")).toContain("PLAY-049");
    expect(readFileSync(join(folder, "junit.xml"), "utf8")).toContain('<failure type="PLAY-049"');
  });

  test("and replay commands that work", async () => {
    const commands = [...ended.out.matchAll(/^ {2}replay: npm run conformance -- (replay .+)$/gm)].map(
      (match) => match[1]!.split(" "),
    );
    expect(commands).toHaveLength(3);
    expect(readdirSync(join(folder, "counterexamples"))).toHaveLength(3);
    for (const command of commands) {
      const again = await suite(command);
      expect([again.code, again.out]).toEqual([
        1,
        expect.stringMatching(/^(?:PLAY-049|LIC-025|CAT-020) {2}/m),
      ]);
      const elsewhere = await suite(command.map((word) => (word === server.url ? healthy.url : word)));
      expect([elsewhere.code, elsewhere.out]).toEqual([0, expect.stringContaining("no longer break it")]);
    }
  });
});

describe("a mutant", () => {
  const results = new Map<string, MutantResult>();
  beforeAll(async () => {
    const waiting = MUTANTS.values();
    const lane = async () => {
      for (const mutant of waiting)
        results.set(mutant.id, await judgeMutant(mutant, prepared, CHECKS, 1, signal));
    };
    await Promise.all([lane(), lane()]);
  }, 900_000);

  test.each(MUTANTS.map((mutant) => [mutant.id, mutant] as const))(
    "%s is killed for its requirement",
    (id, mutant) => {
      const { fate, about } = results.get(id)!;
      expect(`${fate}: ${about}`).toBe(`killed: ${mutant.requirement}`);
    },
  );
});

describe("the command line", () => {
  test.each([
    [["run", "--server", "http://127.0.0.1:1"], "does not answer"],
    [["walk"], "walk is no command"],
  ])("%j ends with 2 and one line that says why", async (args, why) => {
    const { code, out } = await suite(args);
    expect([code, out]).toEqual([2, expect.stringContaining(why)]);
    expect(out).not.toMatch(/\n\s+at /);
  });

  test("explains itself", async () => {
    const { code, out } = await suite(["--help"]);
    expect([code, out]).toEqual([0, expect.stringContaining("Exit codes")]);
    expect((await suite(["list", "license"])).out).toContain("LIC-025");
  });

  test("uses two given listeners where there is no sandbox", async () => {
    const server = await startMutated(prepared, []);
    try {
      const users = await Promise.all(
        ["premium", "free"].map(async (plan) => {
          const response = await fetch(`${server.url}/v1/sandbox/users`, {
            method: "POST",
            headers: { "content-type": "application/json" },
            body: JSON.stringify({ plan }),
          });
          return (await response.json()) as object;
        }),
      );
      const file = join(reports, "credentials.json");
      writeFileSync(file, JSON.stringify({ users }));
      const folder = join(reports, "credentials");
      const args = [
        "--credentials",
        file,
        "--report",
        folder,
        "--only",
        "license",
        "--only",
        "playback/grants",
        "--only",
        "auth",
      ];
      const { code, out } = await suite(["run", "--server", server.url, ...args]);
      expect(out).toContain("Conformant");
      expect(code).toBe(0);
      const skipped = resultsIn(folder).checks.filter((check) => check.status === "not tested");
      // Each with its reason: without a sandbox no clock moves and nobody is fresh.
      expect(skipped.map((check) => check.id)).toContain("auth/token-expiry");
      for (const check of skipped) expect(check.reason).toMatch(/needs a/);
    } finally {
      await server.close();
    }
  });

  test("gives what it has when it is stopped", async () => {
    const server = await startMutated(prepared, []);
    try {
      const folder = join(reports, "stopped");
      const { code, out } = await suite(
        ["run", "--server", server.url, "--depth", "3", "--report", folder],
        (line, kill) => {
          if (/^\[ ?2\//.test(line)) kill();
        },
      );
      expect(out).toContain("(cancelled)");
      expect(code).toBe(2);
      expect(resultsIn(folder).cancelled).toBe(true);
    } finally {
      await server.close();
    }
  });
});
