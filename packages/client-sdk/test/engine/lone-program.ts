/** A program that plays a track, then has nothing left to do, and closes nothing: `lone-program OUTPUT`. */

import { createNodeClient } from "../../src/node/create-node-client";
import { createNodeEngine } from "../../src/node/node-engine";
import { CommandOutput } from "../../src/node/outputs/command-output";
import { NullOutput } from "../../src/node/outputs/null-output";
import { signal } from "./fixtures";
import { license, MediaServer } from "./media-server";

const [output, file] = process.argv.slice(2);
const DRAIN = ["-e", "process.stdin.resume()"];

if (output === "client") {
  const client = createNodeClient({ serverUrl: "http://127.0.0.1:1", output: { wav: file! }, dataDir: null });
  console.log((await client.auth.whenReady()).kind);
} else {
  const server = new MediaServer();
  const { item } = await server.publish(signal(2 * 44_100), { uid: "a" });
  const target = output === "command" ? new CommandOutput(process.execPath, DRAIN) : new NullOutput();
  const engine = createNodeEngine({ output: target, fetch: server.fetch });
  engine.setLicense(license(Date.now() + 3_600_000));
  engine.on((event) => {
    if (event.type === "ended") console.log(`ended ${event.framesPlayed}`);
  });
  engine.start(item, { paused: output === "paused" });
  if (output === "later") {
    engine.pause();
    setTimeout(() => engine.resume(), 300);
  }
}
