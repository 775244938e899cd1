import type { SegueClient } from "@segue/client-sdk";
import { useAuth, useClient } from "../state/client";
import { clearResources } from "../state/resource";
import { useUi } from "../state/ui";
import { SHORTCUTS } from "../state/use-shortcuts";
import { Dialog } from "./Dialog";

export async function signOut(client: SegueClient): Promise<void> {
  client.player.pause();
  await client.auth.signOut();
  clearResources();
}

/** Who is signed in, and every shortcut. */
export function Help() {
  const ui = useUi();
  const client = useClient();
  const auth = useAuth();
  return (
    <Dialog open={ui.help} label="Keyboard shortcuts" className="help" onClose={() => ui.setHelp(false)}>
      <h2>Keyboard</h2>
      <dl>
        {SHORTCUTS.map((shortcut) => (
          <div key={shortcut.does}>
            <dt>
              {shortcut.keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{shortcut.does}</dd>
          </div>
        ))}
      </dl>
      <label className="check">
        <input
          type="checkbox"
          checked={ui.shortcuts}
          onChange={(event) => ui.setShortcuts(event.target.checked)}
        />
        Shortcuts of a single letter
      </label>
      {auth.kind === "signed_in" && (
        <div className="account">
          <p>
            <strong>{auth.user.name}</strong> <span>{auth.user.plan === "premium" ? "Premium" : "Free"}</span>
          </p>
          <button
            type="button"
            className="button button-small"
            onClick={() => {
              ui.setHelp(false);
              ui.act(() => signOut(client));
            }}
          >
            Sign out
          </button>
        </div>
      )}
    </Dialog>
  );
}
