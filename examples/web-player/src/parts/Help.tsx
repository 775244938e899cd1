import { SHORTCUTS } from "../state/use-shortcuts";
import { useUi } from "../state/ui";
import { Dialog } from "./Dialog";

export function Help() {
  const ui = useUi();
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
        <input type="checkbox" checked={ui.shortcuts} onChange={(event) => ui.setShortcuts(event.target.checked)} />
        Shortcuts of a single letter
      </label>
    </Dialog>
  );
}
