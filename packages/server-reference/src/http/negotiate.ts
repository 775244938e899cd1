/** Bodies that are protobuf messages: canonical JSON or binary, as Content-Type and Accept say. */
import { SegueError } from "@segue/core";
import { type Codec, MAX_REQUEST_BYTES } from "@segue/core/wire";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";

export const JSON_TYPE = "application/json";
export const PROTOBUF_TYPE = "application/x-protobuf";
type BodyType = typeof JSON_TYPE | typeof PROTOBUF_TYPE;

const MAX_ACCEPT_CHARS = 1024;

/** The weight that an Accept header gives to `type`: the most specific range that matches it decides. */
function weight(accept: string, type: BodyType): number {
  let best = { specificity: 0, q: 0 };
  for (const entry of accept.split(",")) {
    const [name = "", ...parameters] = entry.split(";").map((part) => part.trim().toLowerCase());
    const specificity = name === type ? 3 : name === "application/*" ? 2 : name === "*/*" ? 1 : 0;
    if (specificity === 0 || specificity < best.specificity) continue;
    const q = Number(parameters.find((parameter) => parameter.startsWith("q="))?.slice(2) ?? 1);
    best = { specificity, q: Number.isFinite(q) ? q : 0 };
  }
  return best.q;
}

/**
 * The type in which to answer; what the request was sent in wins a tie.
 * @throws SegueError `not_acceptable`
 */
export function chooseAnswerType(accept: string | undefined, sent: BodyType): BodyType {
  if (accept === undefined || accept === "*/*" || accept === sent) return sent;
  if (accept.length > MAX_ACCEPT_CHARS) throw new SegueError("not_acceptable");
  const other = sent === JSON_TYPE ? PROTOBUF_TYPE : JSON_TYPE;
  const sentWeight = weight(accept, sent);
  const otherWeight = weight(accept, other);
  if (sentWeight === 0 && otherWeight === 0) throw new SegueError("not_acceptable");
  return otherWeight > sentWeight ? other : sent;
}

/** Lets `app` and its children read protobuf bodies as bytes. */
export function acceptProtobuf(app: FastifyInstance): void {
  if (app.hasContentTypeParser(PROTOBUF_TYPE)) return;
  app.addContentTypeParser(
    PROTOBUF_TYPE,
    { parseAs: "buffer", bodyLimit: MAX_REQUEST_BYTES },
    (_request, body, done) => done(null, body),
  );
}

/** Reads the body of `request` in whichever encoding it was sent. */
export function readMessage<T>(request: FastifyRequest, codec: Codec<T>): T {
  if (Buffer.isBuffer(request.body)) return codec.fromBytes(request.body);
  if (typeof request.body !== "object" || request.body === null)
    throw new SegueError("malformed_body", { detail: "expected a JSON object or a protobuf message" });
  return codec.fromJson(request.body);
}

/** The type in which `request` is to be answered. @throws SegueError `not_acceptable` */
export function answerType(request: FastifyRequest): BodyType {
  return chooseAnswerType(request.headers.accept, Buffer.isBuffer(request.body) ? PROTOBUF_TYPE : JSON_TYPE);
}

/** Sends `message` as `type`. Grants and licenses are for one device, so nothing may store them. */
export function sendMessage<T>(
  reply: FastifyReply,
  type: BodyType,
  message: T,
  codec: Codec<T>,
): FastifyReply {
  reply.header("cache-control", "no-store").header("vary", "Accept");
  if (type === PROTOBUF_TYPE) return reply.type(PROTOBUF_TYPE).send(Buffer.from(codec.toBytes(message)));
  return reply.type("application/json; charset=utf-8").send(JSON.stringify(codec.toJson(message)));
}
