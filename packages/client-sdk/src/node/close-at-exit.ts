const open = new Set<() => Promise<void>>();

function closeAll(): void {
  for (const close of open) void close().catch(() => undefined);
}

/**
 * Calls `close` once the program has nothing left to do, so that files are complete though nobody closed the client.
 * Returns a function that takes this back.
 */
export function closeAtExit(close: () => Promise<void>): () => void {
  if (open.size === 0) process.on("beforeExit", closeAll);
  open.add(close);
  return () => {
    open.delete(close);
    if (open.size === 0) process.off("beforeExit", closeAll);
  };
}
