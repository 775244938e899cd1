/** A program that plays: it says which plays it was told to be safe, and goes on until it is killed. */
import { nodeOutbox } from "../src/node/storage/node-outbox";
import { samplePlay } from "../src/testing/acceptance-outbox";

const [directory = "", first = "1"] = process.argv.slice(2);
const user = "usr_00000000000000000000000001";
const store = nodeOutbox(directory);
for (let n = Number(first); ; n++) {
  await store.journal(user, samplePlay(n, { endReason: "closed" }));
  process.stdout.write(`open ${n}\n`);
  await store.commit(user, samplePlay(n));
  process.stdout.write(`safe ${n}\n`);
}
