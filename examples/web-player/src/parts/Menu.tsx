import { useEffect, useRef, useState } from "react";
import { IconButton } from "./bits";

export interface MenuItem {
  readonly label: string;
  readonly run: () => void;
}

/** A button that opens a menu; arrows move, Escape closes and gives the focus back. */
export function Menu({ label, items }: { label: string; items: readonly MenuItem[] }) {
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLSpanElement>(null);
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const menu = list.current;
    const anchor = root.current?.getBoundingClientRect();
    if (!open || !menu || !anchor) return;
    menu.showPopover();
    const { width, height } = menu.getBoundingClientRect();
    menu.style.left = `${Math.max(8, Math.min(anchor.right - width, window.innerWidth - width - 8))}px`;
    const below = anchor.bottom + 4;
    menu.style.top = `${below + height > window.innerHeight - 8 ? Math.max(8, anchor.top - height - 4) : below}px`;
    menu.querySelector("button")?.focus();
    const onToggle = (event: Event) => (event as ToggleEvent).newState === "closed" && setOpen(false);
    const onScroll = () => setOpen(false);
    menu.addEventListener("toggle", onToggle);
    window.addEventListener("wheel", onScroll, { passive: true });
    return () => {
      menu.removeEventListener("toggle", onToggle);
      window.removeEventListener("wheel", onScroll);
    };
  }, [open]);
  const close = () => {
    setOpen(false);
    root.current?.querySelector("button")?.focus();
  };
  const onKey = (event: React.KeyboardEvent) => {
    event.stopPropagation();
    if (event.key === "Escape" || event.key === "Tab") return close();
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    event.preventDefault();
    const buttons = [...(list.current?.querySelectorAll("button") ?? [])];
    const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
    buttons.at((at + (event.key === "ArrowDown" ? 1 : -1)) % buttons.length)?.focus();
  };
  return (
    <span className="menu-anchor" ref={root}>
      <IconButton icon="more" label={label} onClick={() => setOpen((now) => !now)} />
      {open && (
        <div
          className="menu"
          role="menu"
          aria-label={label}
          ref={list}
          popover="auto"
          tabIndex={-1}
          onKeyDown={onKey}
        >
          {items.map((item) => (
            <button
              key={item.label}
              type="button"
              role="menuitem"
              onClick={(event) => {
                event.stopPropagation();
                close();
                item.run();
              }}
            >
              {item.label}
            </button>
          ))}
        </div>
      )}
    </span>
  );
}
