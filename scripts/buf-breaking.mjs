/** Compares the protobuf files with those of the last release, or of the first commit that holds the baseline branch. */
import { execFileSync } from "node:child_process";
import { bin, root, run } from "./workspace.mjs";

const git = (...args) =>
  execFileSync("git", args, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();

/** The newest release tag, else the parent commit; null in a history of one commit or a shallow clone. */
function baseline() {
  try {
    return git("describe", "--tags", "--abbrev=0");
  } catch {
    try {
      return git("rev-parse", "HEAD~1");
    } catch {
      return null;
    }
  }
}

const against = baseline();
if (against === null) console.log("Nothing to compare with: the history has one commit.");
else process.exitCode = await run(bin("buf"), ["breaking", "--against", `.git#ref=${against}`]);
