import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { backup } from "../src/cli/backup";
import { keys } from "../src/cli/keys";
import { users } from "../src/cli/users";
import { play, submission } from "../src/testing/event-builders";
import { call, startTestServer } from "./harness";

const dataDir = mkdtempSync(join(tmpdir(), "segue-shared-"));
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

test("several servers serve from one database, keep no rows in the data directory, and stop", async () => {
  const [one, two] = [
    await startTestServer({ SEGUE_DATA_DIR: dataDir }),
    await startTestServer({ SEGUE_DATA_DIR: dataDir }),
  ];
  try {
    expect(two.context.secrets).toEqual(one.context.secrets);
    for (const server of [one, two]) expect((await call(server, "GET", "/readyz")).status).toBe(200);
    expect((await call(one, "GET", "/v1/license/keys")).body).toEqual(
      (await call(two, "GET", "/v1/license/keys")).body,
    );
    await one.stores.events.append(submission([play()]));
    expect(await two.stores.events.read(0, 10)).toHaveLength(1);

    const printed: string[] = [];
    await users(one.context.config, ["list"], (line) => printed.push(line));
    expect(printed.join("\n")).toContain("ada");
    await keys(one.context.config, [], (line) => printed.push(line));
    expect(printed.at(-1)).toContain("(signs)");
    await expect(backup(one.context.config, join(dataDir, "copy"), () => {})).rejects.toThrow(/pg_dump/);
    expect(readdirSync(dataDir)).not.toContain("segue.db");
  } finally {
    await two.close();
    await one.close();
  }
});
