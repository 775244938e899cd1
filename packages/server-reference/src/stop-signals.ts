const NAMES = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
/** A terminal gives Ctrl+C to every process of the group and npm passes it on, so that one press may arrive twice. */
const ONE_PRESS_MS = 400;

/**
 * Calls `stop` on the first SIGINT, SIGTERM or SIGHUP; a second one ends the process at once.
 * @returns stops listening
 */
export function onStopSignal(stop: (signal: NodeJS.Signals) => void): () => void {
  let firstAt: number | null = null;
  const listen = (signal: NodeJS.Signals) => {
    const now = performance.now();
    if (firstAt === null) {
      firstAt = now;
      stop(signal);
    } else if (now - firstAt > ONE_PRESS_MS) process.exit(130);
  };
  for (const name of NAMES) process.on(name, listen);
  return () => {
    for (const name of NAMES) process.off(name, listen);
  };
}
