// A speaker in a terminal: signs in with a code, appears in the listener's devices, and plays what it is told to.
import { createNodeClient } from "@segue/client-sdk/node";
import WebSocket from "ws";
import { narrate } from "./narrate.mjs";
import { readOptions } from "./options.mjs";

const options = readOptions(process.argv.slice(2));
const say = (line) => console.log(line);
const client = createNodeClient({
  serverUrl: options.server,
  output: options.output,
  deviceName: options.name,
  deviceType: "speaker",
  dataDir: options.dataDir,
  webSocket: WebSocket,
});

let closing = null;
/** Leaves the session, so that others see the speaker go, and gives the sound back. */
function close(code) {
  closing ??= client.close().then(() => process.exit(code));
  return closing;
}
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.on(signal, () => {
    if (closing) process.exit(130);
    say("Bye.");
    void close(0);
  });
}

try {
  await client.auth.whenReady();
  if (options.forget) await client.auth.signOut();
  if (client.auth.state.kind !== "signed_in") {
    await client.auth.signInWithDeviceCode(({ verificationUriComplete, verificationUri, userCode }) => {
      say(`Open ${verificationUriComplete ?? verificationUri}\nand approve the code ${userCode}`);
    });
  }
  say(
    `${options.name} is ${client.auth.state.user.name}'s speaker. Choose it as a device in the web player; Ctrl+C ends it.`,
  );
  narrate(client, say);
  client.connect.start();
  // What keeps the program alive while nothing plays.
  setInterval(() => {}, 2 ** 30);
} catch (error) {
  console.error(`${error.message}${error.remedy ? ` ${error.remedy}` : ""}`);
  await close(1);
}
