import { describeLadder } from "../../../tools/layering/describe-ladder";

describeLadder({
  root: "packages/conformance",
  name: "@segue/conformance",
  exports: {},
  rungs: [
    ["src/outcomes", "src/models"],
    ["src/subjects"],
    ["src/runner"],
    ["src/checks", "src/report"],
    ["mutants"],
    ["src/cli"],
  ],
  packages: {
    // An oracle that shares a rule with what it judges cannot see that rule's faults: codecs alone.
    "@segue/core/wire": ["src/checks", "mutants"],
    "@segue/server-reference": ["src/subjects", "mutants"],
    "fast-check": ["src/checks", "src/runner"],
    "node:*": ["*"],
    ws: ["src/subjects", "mutants"],
  },
  unread: ["test", "vectors"],
});
