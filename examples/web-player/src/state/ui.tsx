import { ERROR_TABLE, SegueError } from "@segue/client-sdk";
import { createContext, type ReactNode, useCallback, useContext, useMemo, useState } from "react";

export type Panel = "devices" | "queue" | "inspector";

export interface Notice {
  readonly id: number;
  readonly tone: "info" | "error";
  readonly title: string;
  readonly text: string | null;
}

interface Ui {
  readonly panel: Panel | null;
  togglePanel(panel: Panel): void;
  closePanel(): void;
  readonly help: boolean;
  setHelp(open: boolean): void;
  readonly sheet: boolean;
  setSheet(open: boolean): void;
  readonly shortcuts: boolean;
  setShortcuts(on: boolean): void;
  readonly notice: Notice | null;
  dismiss(): void;
  /** Tells the listener something, and a screen reader too. */
  say(title: string, text?: string): void;
  /** Runs what the listener asked for and shows why when it fails. */
  act(work: () => unknown): void;
}

const UiContext = createContext<Ui | null>(null);
const SHORTCUTS_KEY = "segue.shortcuts";
let noticeId = 0;

export function UiProvider({ children }: { children: ReactNode }) {
  const [panel, setPanel] = useState<Panel | null>(null);
  const [help, setHelp] = useState(false);
  const [sheet, setSheet] = useState(false);
  const [notice, setNotice] = useState<Notice | null>(null);
  const [shortcuts, setOn] = useState(() => localStorage.getItem(SHORTCUTS_KEY) !== "off");
  const show = useCallback((tone: Notice["tone"], title: string, text: string | null) => {
    const id = ++noticeId;
    setNotice({ id, tone, title, text });
    setTimeout(() => setNotice((now) => (now?.id === id ? null : now)), tone === "error" ? 9_000 : 3_500);
  }, []);
  // The same function for the life of the page: others are made with it once.
  const act = useCallback(
    (work: () => unknown) => {
      const fail = (cause: unknown) => {
        const error = SegueError.from(cause, "internal");
        // The bar shows these states itself.
        if (error.code === "aborted" || error.code === "output_blocked" || error.code === "not_granted")
          return;
        show("error", ERROR_TABLE[error.code].title, error.remedy);
      };
      try {
        Promise.resolve(work()).catch(fail);
      } catch (error) {
        fail(error);
      }
    },
    [show],
  );
  const ui = useMemo<Ui>(
    () => ({
      panel,
      togglePanel: (next) => setPanel((now) => (now === next ? null : next)),
      closePanel: () => setPanel(null),
      help,
      setHelp,
      sheet,
      setSheet,
      shortcuts,
      setShortcuts(on) {
        localStorage.setItem(SHORTCUTS_KEY, on ? "on" : "off");
        setOn(on);
      },
      notice,
      dismiss: () => setNotice(null),
      say: (title, text) => show("info", title, text ?? null),
      act,
    }),
    [panel, help, sheet, shortcuts, notice, show, act],
  );
  return <UiContext value={ui}>{children}</UiContext>;
}

export function useUi(): Ui {
  const ui = useContext(UiContext);
  if (!ui) throw new Error("UiProvider is missing");
  return ui;
}
