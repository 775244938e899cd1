import type { IngestProgress } from "./environment";

const WORD = { looking: "Reading ", producing: "Encoding" } as const;

/** Shows progress: one line that changes on a terminal, a plain line per file elsewhere. */
export class ProgressLine {
  readonly #out: NodeJS.WriteStream;
  readonly #now: () => number;
  #startedAt = 0;
  #step: IngestProgress["step"] | undefined;
  #isOpen = false;

  constructor(out: NodeJS.WriteStream, now: () => number) {
    this.#out = out;
    this.#now = now;
  }

  show(progress: IngestProgress): void {
    if (progress.step !== this.#step) {
      this.end();
      this.#step = progress.step;
      this.#startedAt = this.#now();
    }
    const { done, total, path } = progress;
    const name = printable(path);
    if (!this.#out.isTTY) {
      if (progress.step === "producing") this.#out.write(`${done}/${total} ${name}\n`);
      return;
    }
    const share = progress.totalBytes > 0 ? progress.doneBytes / progress.totalBytes : 1;
    const filled = Math.round(share * 24);
    const bar = "█".repeat(filled) + "░".repeat(24 - filled);
    const left = share > 0 ? ((this.#now() - this.#startedAt) * (1 - share)) / share : 0;
    const line = `${WORD[progress.step]} ${bar} ${done}/${total}  ${clock(left)} left  ${name}`;
    this.#out.write(`\r\u001b[2K${line.slice(0, Math.max(20, (this.#out.columns ?? 80) - 1))}`);
    this.#isOpen = true;
  }

  end(): void {
    if (this.#isOpen) this.#out.write("\n");
    this.#isOpen = false;
  }
}

/** `path` without characters that could steer a terminal. */
export function printable(path: string): string {
  return path.replace(/[\p{Cc}\p{Cf}]/gu, "?");
}

function clock(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
