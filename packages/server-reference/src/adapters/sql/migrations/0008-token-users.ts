/** Whom a token was issued to, so that it is found without reading every payload. */
import { ddl, WORDS } from "../ddl";
import type { Migration } from "../migrate";

const { text } = WORDS;

const column = ddl`
ALTER TABLE oidc_payloads ADD COLUMN user_id ${text};
CREATE INDEX oidc_payloads_by_user ON oidc_payloads (user_id);
`;
/** Servers whose payloads alone say it ran on SQLite. */
const FILL = "UPDATE oidc_payloads SET user_id = payload ->> 'accountId'";

export const tokenUsers: Migration = {
  name: "token-users",
  statements: (dialect) => [...column(dialect), ...(dialect.name === "sqlite" ? [FILL] : [])],
};
