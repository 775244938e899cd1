/** The reference server as a subject. */
import { prepareReference, removePrepared, startReference } from "./reference";
import { openRemote } from "./remote";
import type { Subject } from "./subject";

/** Makes a catalog, starts a server on it, and opens it as any other server. */
export async function openReferenceSubject(
  signal: AbortSignal,
): Promise<{ readonly subject: Subject; close(): Promise<void> }> {
  const prepared = await prepareReference(signal);
  const server = await startReference(prepared);
  const close = async () => {
    await server.close();
    removePrepared(prepared);
  };
  try {
    const subject = await openRemote(server.url, null, server.tracks);
    return { subject, close };
  } catch (error) {
    await close();
    throw error;
  }
}
