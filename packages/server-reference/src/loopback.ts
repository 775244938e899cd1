/** Names under which a machine reaches itself. */
const NAMES = new Set(["127.0.0.1", "localhost", "[::1]", "::1"]);

/** Whether `host`, a host name or the value of a Host header, names this machine to itself. */
export function isLoopbackName(host: string): boolean {
  return NAMES.has(host) || NAMES.has(host.replace(/:\d+$/, ""));
}
