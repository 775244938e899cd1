/** The thread of load.ts: plain JavaScript, because Node loads a worker's first file itself. */
import { connect } from "node:net";
import { parentPort, workerData } from "node:worker_threads";

const HEAD_END = Buffer.from("\r\n\r\n");
/** @type {import("./load").LoadPlan} */
const plan = workerData;
let count = 0;
let total = 0;
let failures = 0;

function answered(status) {
  count++;
  total++;
  if (status !== "200") failures++;
}

function runConnection() {
  const socket = connect({ port: plan.port, host: "127.0.0.1", noDelay: true });
  let held = Buffer.alloc(0);
  socket.write(plan.request);
  socket.on("data", (chunk) => {
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    const headEnd = held.indexOf(HEAD_END);
    if (headEnd < 0) return;
    const head = held.toString("latin1", 0, headEnd);
    const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
    if (held.length < headEnd + 4 + length) return;
    held = held.subarray(headEnd + 4 + length);
    answered(head.slice(9, 12));
    socket.write(plan.request);
  });
  socket.on("error", () => answered("000"));
  return () => socket.destroy();
}

const stops = Array.from({ length: plan.connections }, runConnection);
setTimeout(() => {
  count = 0;
  const from = performance.now();
  setTimeout(() => {
    const perSecond = (count * 1000) / (performance.now() - from);
    for (const stop of stops) stop();
    parentPort.postMessage({ perSecond, total, failures });
  }, plan.measureMs);
}, plan.warmUpMs);
