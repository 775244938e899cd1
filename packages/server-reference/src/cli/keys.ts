/** `segue-server keys`: the keys that sign validities and time proofs. */
import { parseArgs } from "node:util";
import { loadSecrets } from "../adapters/sql/secrets";
import { sqlSigningKeyStore } from "../adapters/sql/signing-key-store";
import type { ServerConfig } from "../config";
import { Keyring } from "../modules/license/keyring";
import { besideServer, CommandError, type Print } from "./command";

/**
 * Lists the keys, or rotates them; a running server follows within a second.
 * @throws CommandError
 */
export async function keys(config: ServerConfig, args: readonly string[], print: Print): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { compromised: { type: "boolean", default: false } },
    allowPositionals: true,
  });
  const [action = "list", ...rest] = positionals;
  if (rest.length > 0 || !["list", "rotate"].includes(action) || (action === "list" && values.compromised))
    throw new CommandError(`Not understood: keys ${args.join(" ")}. See segue-server --help.`);
  await besideServer(config, async (database, now) => {
    const secrets = await loadSecrets(database.query, now());
    const keyring = new Keyring(sqlSigningKeyStore(database), secrets.license);
    if (action === "rotate") {
      const { kid, signsFromMs } = await keyring.rotate(now(), values.compromised);
      const when = values.compromised ? "signs now" : `signs from ${new Date(signsFromMs).toISOString()}`;
      print(`Made ${kid}, which ${when}.`);
      if (values.compromised)
        print("The earlier keys are listed no more: devices renew their licenses on their next contact.");
    }
    const listed = await keyring.at(now());
    for (const { kid } of listed.list()) print(kid === listed.currentKid ? `${kid} (signs)` : kid);
  });
}
