/** When another provider said who a listener is. */
import { ddl, WORDS } from "../ddl";
import type { Migration } from "../migrate";

const { time } = WORDS;

export const externalClaims: Migration = {
  name: "external-claims",
  statements: ddl`
ALTER TABLE users ADD COLUMN claims_issued_at ${time};
`,
};
