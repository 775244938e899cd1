/** What `segue-server --help` says. */
import { settings } from "../config";

const COMMANDS = `segue-server: the Segue reference server

  segue-server serve           start the server (default)
  segue-server ingest FOLDER   add a folder of masters to the catalog; --help for more
  segue-server backup FOLDER   make a whole copy in FOLDER, or bring the one there up to date
  segue-server restore FOLDER  fill an empty data directory from the copy in FOLDER
  segue-server users           list, add, change and remove listeners with a password; --help for more
  segue-server keys            list the keys that sign licenses
  segue-server keys rotate     make a new one, which signs in 10 minutes; with --compromised it signs
                               at once, and what the earlier ones signed is not accepted any more
  segue-server revoke ID       withdraw a device, a content key, or the keys of a rendition or a track,
                               from the next license on; --reason TEXT notes why
  segue-server allow ID        take a revocation back

All but serve, ingest and restore work beside a running server.

Environment:
`;

const rows = settings().map(({ name, default: value, description }) => {
  const shown = value === null ? description : `${description} Default ${value}.`;
  return `  ${name.padEnd(20)} ${shown}\n`;
});

/** The commands, and every setting. */
export const HELP = COMMANDS + rows.join("");
