/** A server that passes everything on to another one, through mutants. */
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import type { MutableAnswer, MutableRequest, Tamper } from "./mutant";
import { relaySockets } from "./socket-proxy";

/** A running proxy. */
export interface MutatingProxy {
  readonly url: string;
  close(): Promise<void>;
}

const HOP_BY_HOP = new Set(["connection", "keep-alive", "transfer-encoding", "content-length", "host"]);

async function readAll(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function plainHeaders(message: IncomingMessage): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [name, value] of Object.entries(message.headers))
    if (value !== undefined && !HOP_BY_HOP.has(name))
      found[name] = Array.isArray(value) ? value.join(", ") : value;
  return found;
}

function forward(target: URL, { method, url, headers, body }: MutableRequest): Promise<MutableAnswer> {
  return new Promise((resolve, reject) => {
    const options = {
      host: target.hostname,
      port: target.port,
      method,
      path: url.pathname + url.search,
      headers: {
        ...headers,
        host: target.host,
        ...(body.length > 0 ? { "content-length": String(body.length) } : {}),
      },
    };
    const outgoing = httpRequest(options, (incoming) => {
      readAll(incoming).then(
        (received) =>
          resolve({ status: incoming.statusCode ?? 500, headers: plainHeaders(incoming), body: received }),
        reject,
      );
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

/** Starts a proxy in front of `target` that applies `tampers` in order. */
export async function startProxy(target: string, tampers: readonly Tamper[]): Promise<MutatingProxy> {
  const upstream = new URL(target);

  async function handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const request: MutableRequest = {
      method: incoming.method ?? "GET",
      url: new URL(incoming.url ?? "/", target),
      headers: plainHeaders(incoming),
      body: await readAll(incoming),
    };
    let answer: MutableAnswer | undefined;
    for (const tamper of tampers) answer ??= tamper.before?.(request);
    answer ??= await forward(upstream, request);
    for (const tamper of tampers) tamper.after?.(request, answer);
    // The authorization server names itself by the address behind the proxy.
    if (request.url.pathname.startsWith("/.well-known/"))
      answer.body = Buffer.from(answer.body.toString("utf8").replaceAll(upstream.origin, address()));
    const empty = request.method === "HEAD" || answer.status === 304 || answer.status === 204;
    response.writeHead(answer.status, {
      ...answer.headers,
      ...(empty ? {} : { "content-length": String(answer.body.length) }),
    });
    response.end(empty ? undefined : answer.body);
  }

  const server = createServer((incoming, response) => {
    handle(incoming, response).catch(() => response.destroy());
  });
  const address = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const sockets = new Set<Socket>();
  const changesFrames = tampers.some((tamper) => tamper.frame ?? tamper.sent ?? tamper.deaf);
  const relay = relaySockets(target.replace(/^http/, "ws"), tampers);
  server.on("upgrade", (incoming: IncomingMessage, client: Socket, head: Buffer) => {
    if (changesFrames) {
      sockets.add(client);
      client.on("close", () => sockets.delete(client));
      relay(incoming, client, head);
      return;
    }
    const behind = connect(Number(upstream.port), upstream.hostname, () => {
      const lines = [`${incoming.method} ${incoming.url} HTTP/1.1`];
      for (let i = 0; i < incoming.rawHeaders.length; i += 2) {
        const name = incoming.rawHeaders[i]!;
        lines.push(`${name}: ${name.toLowerCase() === "host" ? upstream.host : incoming.rawHeaders[i + 1]}`);
      }
      behind.write(`${lines.join("\r\n")}\r\n\r\n`);
      behind.write(head);
      behind.pipe(client).pipe(behind);
    });
    for (const socket of [client, behind]) {
      sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => {
        sockets.delete(socket);
        client.destroy();
        behind.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: address(),
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
