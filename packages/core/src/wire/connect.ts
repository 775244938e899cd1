/** Frames of Connect as they travel: binary messages of `segue.connect.v1.pb`, text messages of `segue.connect.v1.json`. */
import type { ClientFrame, ServerFrame } from "../connect/frames";
import { MAX_CLIENT_FRAME_BYTES, MAX_FRAME_DEPTH, MAX_SERVER_FRAME_BYTES } from "../connect/limits";
import { SegueError } from "../errors/segue-error";
import { Frame as FrameMessage } from "../gen/proto/segue/connect/v1alpha1/connect_pb";
import { type Codec, makeCodec } from "./codec";
import {
  clientFrameFromMessage,
  clientFrameToMessage,
  serverFrameFromMessage,
  serverFrameToMessage,
} from "./connect-frames";

/** Subprotocols of Connect. */
export const CONNECT_PROTOBUF = "segue.connect.v1.pb";
export const CONNECT_JSON = "segue.connect.v1.json";
export type ConnectSubprotocol = typeof CONNECT_PROTOBUF | typeof CONNECT_JSON;

/** A body that this version does not know, or that the other side does not send. It is to be ignored. */
export interface UnknownFrame {
  readonly type: "unknown";
}

/** Frames of clients. */
export const clientFrameCodec: Codec<ClientFrame | UnknownFrame> = /* @__PURE__ */ makeCodec(
  "request",
  FrameMessage,
  clientFrameToMessage,
  clientFrameFromMessage,
  { ignoreUnknownFields: true, maxBytes: MAX_CLIENT_FRAME_BYTES },
);
/** Frames of servers. */
export const serverFrameCodec: Codec<ServerFrame | UnknownFrame> = /* @__PURE__ */ makeCodec(
  "answer",
  FrameMessage,
  serverFrameToMessage,
  serverFrameFromMessage,
  { ignoreUnknownFields: true, maxBytes: MAX_SERVER_FRAME_BYTES },
);

/** Whether the JSON in `text` nests deeper than `depth` arrays and objects; strings are skipped. */
function nestsDeeper(text: string, depth: number): boolean {
  let open = 0;
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const char = text.charCodeAt(i);
    if (quoted) {
      if (char === 0x5c) i += 1;
      else if (char === 0x22) quoted = false;
    } else if (char === 0x22) quoted = true;
    else if (char === 0x7b || char === 0x5b) {
      open += 1;
      if (open > depth) return true;
    } else if (char === 0x7d || char === 0x5d) open -= 1;
  }
  return false;
}

function parse(text: string, code: "malformed_body" | "protocol"): unknown {
  if (nestsDeeper(text, MAX_FRAME_DEPTH))
    throw new SegueError(code, { detail: `the frame nests deeper than ${MAX_FRAME_DEPTH} levels` });
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new SegueError(code, { detail: "the frame is not JSON", cause });
  }
}

/** One message of a subprotocol. */
export type ConnectMessage = string | Uint8Array;

/** Reads one message. */
function read<T>(
  codec: Codec<T>,
  subprotocol: ConnectSubprotocol,
  message: ConnectMessage,
  code: "malformed_body" | "protocol",
): T {
  if ((subprotocol === CONNECT_JSON) !== (typeof message === "string"))
    throw new SegueError(code, { detail: `a message of the wrong kind for ${subprotocol}` });
  return typeof message === "string" ? codec.fromJson(parse(message, code)) : codec.fromBytes(message);
}

const write = <T>(codec: Codec<T>, subprotocol: ConnectSubprotocol, frame: T): ConnectMessage =>
  subprotocol === CONNECT_JSON ? JSON.stringify(codec.toJson(frame)) : codec.toBytes(frame);

/** @throws SegueError `malformed_body`, `body_too_large`, `invalid_request` */
export const readClientFrame = (subprotocol: ConnectSubprotocol, message: ConnectMessage) =>
  read(clientFrameCodec, subprotocol, message, "malformed_body");
/** @throws SegueError `protocol` */
export const readServerFrame = (subprotocol: ConnectSubprotocol, message: ConnectMessage) =>
  read(serverFrameCodec, subprotocol, message, "protocol");
export const writeClientFrame = (subprotocol: ConnectSubprotocol, frame: ClientFrame): ConnectMessage =>
  write(clientFrameCodec, subprotocol, frame);
export const writeServerFrame = (subprotocol: ConnectSubprotocol, frame: ServerFrame): ConnectMessage =>
  write(serverFrameCodec, subprotocol, frame);
