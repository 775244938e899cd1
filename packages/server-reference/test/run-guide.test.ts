import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { HELP } from "../src/cli/help";
import { parseConfig, settings } from "../src/config";
import { KEY_KEPT_MS, KEY_LEAD_MS } from "../src/modules/license/key-schedule";

const guide = readFileSync(new URL("../../../docs/guides/run-the-server.md", import.meta.url), "utf8");

const table = [
  "| setting | default | what it does |",
  "|---|---|---|",
  ...settings().map(
    ({ name, default: value, description }) =>
      `| \`${name}\` | ${value === null ? "–" : `\`${value}\``} | ${description} |`,
  ),
].join("\n");

describe("the guide to running the server", () => {
  it("lists every setting as config.ts has it", () => {
    const listed = /<!-- settings -->\n([\s\S]*?)<!-- \/settings -->/.exec(guide)?.[1];
    expect(listed?.trim()).toBe(table);
  });

  it("shows settings that can be used together", () => {
    const [block] = /SEGUE_SANDBOX=0[\s\S]*?```/.exec(guide)!;
    const env = Object.fromEntries(
      [...block.matchAll(/^(SEGUE_\w+)=(\S+)/gm)].map(([, name, value]) => [name!, value!]),
    );
    expect(Object.keys(env).length).toBeGreaterThan(4);
    expect(parseConfig(env)).toMatchObject({ sandbox: false, publicUrl: "https://music.example" });
  });

  it("names only commands that there are", () => {
    const known = new Set([...HELP.matchAll(/^ {2}segue-server (\w+)/gm)].map((match) => match[1]));
    for (const [, command] of guide.matchAll(/segue-server (?!--|\.)([a-z]+)/g))
      expect(known).toContain(command);
  });

  it("states how long keys are listed", () => {
    expect(guide).toContain(`signs ${KEY_LEAD_MS / 60_000} minutes later`);
    expect(guide).toContain(`stays listed for ${KEY_KEPT_MS / 86_400_000} days`);
  });

  it("is not needed to read about a setting", () => {
    for (const { name, description } of settings()) {
      expect(description).not.toBe("");
      expect(HELP).toContain(name);
    }
  });
});
