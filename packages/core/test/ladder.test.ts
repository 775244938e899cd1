import { describeLadder } from "../../../tools/layering/describe-ladder";

describeLadder({
  root: "packages/core/src",
  name: "@segue/core",
  exports: {
    ".": "./src/index.ts",
    "./wire": "./src/wire/index.ts",
    "./recommend": "./src/recommend/index.ts",
    "./testing": "./src/testing/index.ts",
    "./openapi.json": "./src/gen/openapi.json",
    "./package.json": "./package.json",
  },
  rungs: [
    ["units", "utf8", "errors"],
    ["ids", "backoff", "token-bucket"],
    ["catalog", "audio"],
    ["grants"],
    ["protection"],
    ["recommend/refuse"],
    ["recommend/item-space", "recommend/random", "recommend/top-items"],
    ["recommend/kernels", "recommend/container", "recommend/tracks"],
    ["recommend/neighbors", "recommend/audio-features", "recommend/text"],
    ["recommend/cf", "recommend/clusters", "recommend/metrics"],
    ["recommend/taste"],
    ["recommend/selection"],
    ["recommend/discover-weekly", "recommend/daily-mix", "recommend/radio", "recommend/similar"],
    ["recommend/index"],
    ["queue", "prefetch", "license", "events"],
    ["connect"],
    ["playback"],
    ["gen"],
    ["wire"],
    ["testing", "index"],
  ],
  only: { gen: ["wire"] },
  packages: { "@protobuf-ts/runtime": ["wire"], "fast-check": ["testing"] },
  words: [
    {
      name: "the clock",
      pattern: /\bDate\s*\.\s*now\b|\bnew\s+Date\s*\(\s*\)|\bperformance\s*\./,
      planted: ["const now = Date.now();", "const at = new Date();", "performance.now();"],
    },
    {
      name: "randomness",
      pattern: /\bMath\s*\.\s*random\b|\bgetRandomValues\b|\brandomUUID\b/,
      planted: ["const x = Math.random();", "crypto.getRandomValues(bytes);"],
    },
    {
      name: "the outside",
      pattern: /(?<![.\w])(?:fetch|setTimeout|setInterval|queueMicrotask|require)\s*\(/,
      planted: ["await fetch(url);", "setTimeout(f, 1);"],
    },
    {
      name: "a global",
      pattern:
        /(?<![.\w])(?:process|globalThis|window|self|document|navigator|console|WebAssembly)\s*[.[]|(?<!=>\s*)\bglobalThis\b/,
      planted: ["process.exit(1);", "const g = globalThis;", "console.log(1);"],
    },
    {
      name: "the global crypto",
      pattern: /(?<![.\w])crypto\s*\./,
      unless: /\bcrypto\s*:\s*CryptoPort\b/,
      planted: ["const s = crypto.subtle;"],
    },
  ],
  unread: ["gen"],
});
