/** What the HTTP side serves beside the protocol. */
import { resolve } from "node:path";
import { settingsPart, text } from "../settings";

/** Where the web player is. */
export interface HttpSettings {
  /** Absolute path of the built web player. */
  readonly webDir: string | null;
}

/** The settings of the HTTP side. */
export const httpSettings = settingsPart(
  { SEGUE_WEB_DIR: text.optional().describe("Folder of the built web player.") },
  (value): HttpSettings => ({ webDir: value.SEGUE_WEB_DIR ? resolve(value.SEGUE_WEB_DIR) : null }),
);
