/** Which connections need not be waited for when the server stops. */
import type { Socket } from "node:net";
import type { FastifyInstance } from "fastify";

/** How often connections are looked for whose last answer has ended. */
const LOOK_MS = 50;

/**
 * Lets `app.close()` end connections at once that never sent a byte, as browsers open them ahead of need: Node waits for
 * them as for a request. Open answers are finished; their connections end with them instead of being kept for the next request.
 */
export function registerShutdown(app: FastifyInstance): void {
  const sockets = new Set<Socket>();
  let closing = false;
  app.server.on("connection", (socket) => {
    if (closing) {
      socket.destroy();
      return;
    }
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  app.addHook("preClose", async () => {
    closing = true;
    for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy();
    const timer = setInterval(() => app.server.closeIdleConnections(), LOOK_MS);
    timer.unref();
    app.server.once("close", () => clearInterval(timer));
  });
}
