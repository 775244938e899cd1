import { describe, expect, test } from "vitest";
import { readArguments } from "../src/cli/arguments";
import { list, replay, run, selftest } from "../src/cli/commands";

const signal = new AbortController().signal;
const silent = () => {};
const command = async (argv: readonly string[]) => {
  const given = readArguments(argv);
  if (given.command === "run") return run(given, silent, signal);
  if (given.command === "replay") return replay(given, silent, signal);
  return selftest(given, silent, signal);
};

test.each([
  [["run"], "--server is missing"],
  [["run", "--server", "nowhere"], "no address"],
  [["run", "--server", "reference", "--only", "nothing-such"], "No check matches"],
  [["walk"], "walk is no command"],
  [["run", "--sever", "x"], "Unknown option"],
  [["run", "--seed", "x"], "--seed must be a number"],
  [["run", "--depth", "0"], "--depth must be a number"],
  [["run", "--parallel", "17"], "--parallel must be a number"],
  [["run", "--server", "http://127.0.0.1:1", "--credentials", "/nowhere.json"], "cannot be read"],
  [["replay", "/nowhere.json", "--server", "reference"], "cannot be read"],
  [["replay", "--server", "reference"], "needs the file"],
  [["selftest", "nothing-such"], "There is no mutant"],
])("%j is refused with one line that says why", async (argv, why) => {
  await expect((async () => command(argv))()).rejects.toThrow(why);
});

describe("arguments", () => {
  test("have defaults", () => {
    expect(readArguments(["run", "--server", "reference"])).toMatchObject({
      command: "run",
      server: "reference",
      depth: 1,
      parallel: 2,
      report: "conformance-report",
      seed: null,
    });
  });
  test("without a command, or with --help, ask for help", () => {
    expect(readArguments([]).command).toBe("help");
    expect(readArguments(["run", "--help"]).command).toBe("help");
  });
  test("list shows checks of an area with what they judge", () => {
    const lines: string[] = [];
    expect(list(readArguments(["list", "license"]), (line) => lines.push(line))).toBe(0);
    expect(lines.join("\n")).toContain("LIC-025");
    expect(lines.join("\n")).not.toContain("PLAY-049");
  });
});
