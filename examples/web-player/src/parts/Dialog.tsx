import { type ReactNode, useEffect, useRef } from "react";
import { IconButton } from "./bits";

/** A modal dialog: the focus stays in it, Escape and a click beside it close it. */
export function Dialog({
  open,
  label,
  className,
  onClose,
  children,
}: {
  open: boolean;
  label: string;
  className: string;
  onClose: () => void;
  children: ReactNode;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (open) dialog.current?.showModal();
    else dialog.current?.close();
  }, [open]);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes a modal dialog by itself.
    <dialog
      ref={dialog}
      className={className}
      aria-label={label}
      onClose={onClose}
      onClick={(event) => event.target === dialog.current && onClose()}
    >
      {open && (
        <div className="dialog-body">
          <IconButton icon="close" label="Close" className="dialog-close" onClick={onClose} />
          {children}
        </div>
      )}
    </dialog>
  );
}
