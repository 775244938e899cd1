import { readFileSync } from "node:fs";
import { TIERS } from "@segue/core";
import { expect, it } from "vitest";
import { FEATURES_VERSION } from "../production/measure/features";
import { LIMITS } from "../production/read/limits";
import { REASONS } from "../production/read/master-rejected";

const guide = readFileSync(new URL("../../../../docs/guides/ingest-your-music.md", import.meta.url), "utf8");

it("lists every reason for which a file is refused, as the code has it", () => {
  const rows = [...guide.matchAll(/^\| `([a-z_]+)` \| (.+?) \|/gm)].map(([, reason, meaning]) => [
    reason,
    meaning,
  ]);
  expect(Object.fromEntries(rows)).toEqual(REASONS);
});

it("states the bounds, the tiers and the version of the estimators as the code has them", () => {
  expect(guide).toContain(`${LIMITS.fileBytes / 2 ** 30} GiB`);
  expect(guide).toContain(`${LIMITS.durationSeconds / 3600} hours`);
  expect(guide).toContain(`${LIMITS.folderDepth} folders deep`);
  expect(guide).toContain(`${LIMITS.coverBytes / 2 ** 20} MiB`);
  expect(guide).toContain(`version ${FEATURES_VERSION}`);
  expect(guide).toContain(TIERS.vorbis.join(", "));
});
