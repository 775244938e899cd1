/** Answers to what is no HTTP request, or does not arrive: no route ever sees them. */
import { randomUUID } from "node:crypto";
import type { Socket } from "node:net";
import { type ErrorCode, SegueError } from "@segue/core";
import type { ConnectionError } from "fastify";
import { problemBody } from "./problem";

const BY_CODE: Readonly<Record<string, { readonly code: ErrorCode; readonly detail: string }>> = {
  ERR_HTTP_REQUEST_TIMEOUT: { code: "invalid_request", detail: "the request did not arrive in time" },
  HPE_HEADER_OVERFLOW: { code: "invalid_request", detail: "the headers are too large" },
  HPE_INVALID_EOF_STATE: { code: "malformed_body", detail: "the request ended before its body" },
  HPE_INVALID_CHUNK_SIZE: { code: "malformed_body", detail: "the body's chunks cannot be read" },
};
const OTHER = { code: "invalid_request", detail: "not an HTTP request" } as const;

/** Whether an answer is under way on `socket`: more bytes would become part of it. */
function answering(socket: Socket): boolean {
  const { _httpMessage: answer } = socket as { _httpMessage?: { readonly headersSent: boolean } | null };
  return answer?.headersSent === true;
}

/** Sends the problem, and closes the connection: what follows on it cannot be told apart. */
export function answerClientError(error: ConnectionError, socket: Socket): void {
  if (error.code === "ECONNRESET" || !socket.writable || answering(socket)) {
    socket.destroy(error);
    return;
  }
  const { code, detail } = BY_CODE[error.code] ?? OTHER;
  const problem = new SegueError(code, { detail });
  const body = JSON.stringify(problemBody(problem, randomUUID()));
  const head = [
    `HTTP/1.1 ${problem.status} Bad Request`,
    "content-type: application/problem+json; charset=utf-8",
    `content-length: ${Buffer.byteLength(body)}`,
    "cache-control: no-store",
    "connection: close",
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`, () => socket.destroy());
}
