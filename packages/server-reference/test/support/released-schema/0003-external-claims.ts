/** Of which token the details of a user of another provider are. */
export const EXTERNAL_CLAIMS = "ALTER TABLE users ADD COLUMN claims_issued_at INTEGER;";
