/** What the server's commands say to a person. */
export interface Console {
  line(text: string): void;
  /** Says how far long work is: one line that changes on a terminal, a line per tenth elsewhere. */
  progress(share: number, text: string): void;
}

/** Writes to `out`. */
export function createConsole(out: NodeJS.WriteStream): Console {
  let isOpen = false;
  let tenth = -1;
  const close = () => {
    if (isOpen) out.write("\r\u001b[2K");
    isOpen = false;
  };
  return {
    line(text) {
      close();
      out.write(`${text}\n`);
    },
    progress(share, text) {
      if (out.isTTY) {
        out.write(`\r\u001b[2K${text.slice(0, Math.max(20, (out.columns ?? 80) - 1))}`);
        isOpen = true;
        return;
      }
      const reached = Math.floor(share * 10);
      if (reached === tenth) return;
      tenth = reached;
      out.write(`${text}\n`);
    },
  };
}
