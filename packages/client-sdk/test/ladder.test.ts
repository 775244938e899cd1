import { describeLadder } from "../../../tools/layering/describe-ladder";

describeLadder({
  root: "packages/client-sdk/src",
  name: "@segue/client-sdk",
  exports: {
    ".": "./src/index.ts",
    "./web": "./src/web/index.ts",
    "./node": "./src/node/index.ts",
    "./testing": "./src/testing/index.ts",
    "./web/engine.worker.js": "./dist/web/engine.worker.js",
    "./web/kernel.worker.js": "./dist/web/kernel.worker.js",
    "./web/output.worklet.js": "./dist/web/output.worklet.js",
    "./package.json": "./package.json",
  },
  rungs: [
    ["ports"],
    ["surface"],
    ["client"],
    ["api"],
    ["device"],
    ["engine", "auth", "license", "events"],
    ["memory", "player"],
    ["connect"],
    ["assembly"],
    ["index"],
    ["web", "node", "testing"],
  ],
  only: { memory: ["node", "testing"] },
  packages: {
    "@segue/core": ["*"],
    "@segue/core/wire": ["api", "auth", "connect", "device", "events", "license", "player"],
    "@segue/core/recommend": ["web"],
    "@wasm-audio-decoders/ogg-vorbis": ["engine/decode"],
    eventemitter3: ["surface"],
    idb: ["web/storage"],
    mediabunny: ["engine/decode"],
    "node:*": ["node"],
    oauth4webapi: ["auth", "web/auth"],
    "zod/mini": ["license"],
  },
  words: [
    {
      name: "the page",
      pattern:
        /(?<![.\w])(?:window|document|navigator|localStorage|sessionStorage|indexedDB)\s*[.[]|\bnew\s+(?:Worker|AudioContext|AudioWorkletNode|BroadcastChannel)\b/,
      allowed: ["web"],
      planted: ["document.title = name;", 'localStorage["key"] = value;', "const w = new Worker(url);"],
    },
    {
      name: "Node",
      pattern: /(?<![.\w])(?:process|Buffer)\s*[.[]|(?<![.\w])require\s*\(/,
      allowed: ["node"],
      planted: ["process.exit(1);", "const b = Buffer.from(text);"],
    },
  ],
});
