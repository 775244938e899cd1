import { describeLadder } from "../tools/layering/describe-ladder";

describeLadder({
  root: "examples/web-player/src",
  name: "@segue/example-web-player",
  exports: {},
  rungs: [
    ["lib", "styles"],
    ["state"],
    ["parts"],
    ["panels", "views"],
    ["App"],
    ["mount", "auth-callback"],
    ["main"],
    ["e2e"],
  ],
  packages: {
    "@segue/client-sdk": ["state", "parts", "panels", "views", "mount"],
    "@segue/client-sdk/web": ["main", "auth-callback"],
    "node:*": ["e2e"],
    react: ["state", "parts", "panels", "views", "App", "mount"],
    "react-dom/client": ["mount"],
  },
});

describeLadder({
  root: "examples/radio/src",
  name: "@segue/example-radio",
  exports: {},
  rungs: [["messages"], ["catalog"], ["page", "radio.worker"]],
  packages: { "@segue/core": ["catalog"], "@segue/core/recommend": ["*"] },
});

describeLadder({
  root: "examples/speaker",
  name: "@segue/example-speaker",
  exports: {},
  rungs: [["narrate", "options"], ["speaker"]],
  packages: { "@segue/client-sdk/node": ["speaker"], "node:*": ["*"], ws: ["speaker"] },
});

describeLadder({
  root: "examples/minimal",
  name: "@segue/example-minimal",
  exports: {},
  rungs: [["play-album"]],
  packages: { "@segue/client-sdk/node": ["*"] },
});
