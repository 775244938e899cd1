// Stands in for a sound card: takes 16-bit stereo PCM at its rate and writes down when it sounded, by the wall clock.
// node pcm-sink.mjs RATE FILE: each line of FILE is {"from": ms, "to": ms} or, while it sounds, {"from": ms}.
import { appendFileSync, writeFileSync } from "node:fs";

const [rate, file] = [Number(process.argv[2]), process.argv[3]];
const BYTES = 4;
writeFileSync(file, "");
/** What a card takes at once when it starts: what came while this program started is not played late for ever after. */
const FIRST_BYTES = BYTES * Math.round(rate / 10);
let queued = Buffer.alloc(0);
let due = null;
let sounding = null;
process.stdin.on("data", (chunk) => {
  queued = Buffer.concat([queued, chunk]);
});
process.stdin.on("end", () => process.exit(0));

setInterval(() => {
  const now = Date.now();
  if (due === null) {
    if (queued.length === 0) return;
    const late = Math.max(0, queued.length - FIRST_BYTES);
    queued = queued.subarray(late - (late % BYTES));
    due = now;
  }
  // What is there is played at its time; a card that starved goes on when something comes.
  while (due <= now && queued.length >= 441 * BYTES) {
    const block = queued.subarray(0, 441 * BYTES);
    queued = queued.subarray(441 * BYTES);
    let loud = false;
    for (let at = 0; at + 1 < block.length && !loud; at += 2) loud = Math.abs(block.readInt16LE(at)) > 3;
    if (loud && sounding === null) {
      sounding = due;
      appendFileSync(file, `${JSON.stringify({ from: due })}\n`);
    }
    if (!loud && sounding !== null) {
      appendFileSync(file, `${JSON.stringify({ from: sounding, to: due })}\n`);
      sounding = null;
    }
    due += (441 / rate) * 1000;
  }
  if (queued.length < 441 * BYTES && due < now) {
    if (sounding !== null) {
      appendFileSync(file, `${JSON.stringify({ from: sounding, to: due })}\n`);
      sounding = null;
    }
    due = now;
  }
}, 5);
