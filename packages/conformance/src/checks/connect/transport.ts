/** The Connect socket itself: greeting, frames that break rules, replaced connections, clock, resumption. */
import { CONNECT_PROTOBUF, clientFrameCodec, readServerFrame } from "@segue/core/wire";
import { check, everyOne, type Step } from "../../runner/check";
import type { Execution } from "../../runner/execution";
import { ConnectPeer, commandId } from "../../subjects/connect-peer";
import { firstMessage, upgradeStatus } from "../../subjects/raw-connect";
import type { Listener } from "../../subjects/subject";
import { type RegisteredDevice, registeredDevice } from "../register";
import { noConnect, ROLES } from "./cast";

type BreakStep = Step & { readonly do: "connect"; readonly fault: keyof typeof BREAKS };
interface State {
  readonly listener: Listener;
  readonly other: Listener;
  readonly device: RegisteredDevice;
  readonly otherDevice: RegisteredDevice;
}

function peerOf(
  run: Execution,
  state: State,
  options: { deviceId?: string; subprotocols?: readonly string[]; name?: string } = {},
): ConnectPeer {
  const { deviceId = state.device.id, subprotocols, name = "device" } = options;
  const peer = new ConnectPeer(
    run,
    run.subject.url,
    { name, deviceId, ...ROLES.player },
    new Map(),
    subprotocols,
  );
  run.later(async () => peer.terminate());
  return peer;
}

/** The connection ends with a fault of `code`, if one is due, and `close`. */
async function endsWith(
  run: Execution,
  peer: ConnectPeer,
  id: string,
  close: number,
  code: string | null,
): Promise<void> {
  const closed = await peer.closed();
  run.same(id, closed, close, "close code");
  if (code !== null) run.same(id, peer.frames.findLast((frame) => frame.fault)?.fault.code, code, "fault");
}

const greeted = (run: Execution, state: State) => peerOf(run, state).greet(state.listener.accessToken);

const BREAKS = {
  "another subprotocol": async (run: Execution, _state: State) => {
    const got = run.exchange("GET /v1/connect as some.other.protocol");
    const status = await upgradeStatus(run.subject.url, "some.other.protocol");
    got(String(status));
    run.same("CONN-042", status, 400, "status");
  },
  "a token that is none": async (run: Execution, state: State) => {
    const peer = await peerOf(run, state).opened();
    peer.send({ hello: { accessToken: "not-a-token", device: { deviceId: state.device.id } } });
    await endsWith(run, peer, "CONN-047", 3501, "unauthenticated");
  },
  "another listener's device": async (run: Execution, state: State) => {
    const peer = await peerOf(run, state, { deviceId: state.otherDevice.id }).opened();
    peer.send({
      hello: {
        accessToken: state.listener.accessToken,
        device: { deviceId: state.otherDevice.id, name: "x", type: "other" },
      },
    });
    await endsWith(run, peer, "CONN-048", 3504, "device_unknown");
  },
  "hello twice": async (run: Execution, state: State) => {
    const peer = await greeted(run, state);
    peer.send({
      hello: {
        accessToken: state.listener.accessToken,
        device: { deviceId: state.device.id, name: "x", type: "other" },
      },
    });
    await endsWith(run, peer, "CONN-049", 3500, null);
  },
  "no hello but a command": async (run: Execution, state: State) => {
    const peer = await peerOf(run, state).opened();
    peer.send({ command: { commandId: commandId(), pause: {} } });
    await endsWith(run, peer, "CONN-005", 3500, null);
  },
  "a second connection": async (run: Execution, state: State) => {
    const first = await greeted(run, state);
    const second = await peerOf(run, state, { name: "device again" }).greet(state.listener.accessToken);
    await endsWith(run, first, "CONN-050", 3503, null);
    const ended = await second.command({ pause: {} });
    run.same("CONN-051", ended.commandResult?.outcome, "OUTCOME_NOOP", "the newer connection goes on:");
  },
  "what is no JSON": async (run: Execution, state: State) => {
    const peer = await greeted(run, state);
    peer.sendRaw("{", "half a frame");
    await endsWith(run, peer, "CONN-057", 3500, "malformed_body");
  },
  "deep nesting": async (run: Execution, state: State) => {
    const peer = await greeted(run, state);
    peer.sendRaw(`{"command":{"seek":${'{"a":'.repeat(40)}1${"}".repeat(40)}}}`, "a frame of 42 levels");
    await endsWith(run, peer, "CONN-056", 3500, "malformed_body");
  },
  "65,537 bytes": async (run: Execution, state: State) => {
    const peer = await greeted(run, state);
    peer.sendRaw(
      JSON.stringify({ beat: { clientSentUs: "1" } }).padEnd(65_537, " "),
      "a frame of 65,537 bytes",
    );
    await endsWith(run, peer, "CONN-055", 1009, null);
  },
  "65,536 bytes": async (run: Execution, state: State) => {
    const peer = await greeted(run, state);
    peer.sendRaw(
      JSON.stringify({ beat: { clientSentUs: "77" } }).padEnd(65_536, " "),
      "a beat of 65,536 bytes",
    );
    const ack = await peer
      .until("beatAck", () => peer.frames.find((frame) => frame.beatAck) ?? null)
      .catch(() => null);
    run.must("CONN-054", ack !== null, "a frame of 65,536 bytes to be read", `close ${peer.closeCode}`);
  },
  "an unknown field": async (run: Execution, state: State) => {
    const peer = await greeted(run, state);
    peer.send({ beat: { clientSentUs: "5", colour: "red" } });
    const ack = await peer
      .until("beatAck", () => peer.frames.find((frame) => frame.beatAck) ?? null)
      .catch(() => null);
    run.must("CONN-045", ack !== null, "an unknown field to be ignored", peer.frames.at(-1));
  },
  "an unknown body": async (run: Execution, state: State) => {
    const peer = await greeted(run, state);
    peer.send({ somethingNew: {} });
    const ended = await peer.command({ pause: {} });
    run.same("CONN-045", ended.commandResult?.outcome, "OUTCOME_NOOP", "after an unknown body, a pause ends");
  },
  "a short command id": async (run: Execution, state: State) => {
    const peer = await greeted(run, state);
    peer.send({ command: { commandId: "AAAA", pause: {} } });
    const fault = await peer.until("a fault", () => peer.frames.find((frame) => frame.fault) ?? null);
    run.same("CONN-058", fault.fault.code, "invalid_request", "fault");
    const ended = await peer.command({ pause: {} });
    run.same("CONN-058", ended.commandResult?.outcome, "OUTCOME_NOOP", "the connection goes on:");
  },
  "a beat": async (run: Execution, state: State) => {
    const peer = await greeted(run, state);
    peer.send({ beat: { clientSentUs: "123456789" } });
    const { beatAck } = await peer.until("beatAck", () => peer.frames.find((frame) => frame.beatAck) ?? null);
    run.same("CONN-151", beatAck.clientSentUs, "123456789", "clientSentUs");
    const [received, sent] = [
      Number(beatAck.serverReceivedUs ?? Number.NaN),
      Number(beatAck.serverSentUs ?? Number.NaN),
    ];
    run.must("CONN-151", sent >= received, "server times in order", `${received}, ${sent}`);
  },
  "frames in binary": async (run: Execution, state: State) => {
    const device = {
      deviceId: state.device.id,
      name: "binary",
      type: "other",
      player: true,
      controller: true,
    };
    const hello = clientFrameCodec.fromJson({ hello: { accessToken: state.listener.accessToken, device } });
    const got = run.exchange(`hello as ${CONNECT_PROTOBUF}`);
    const first = await firstMessage(run.subject.url, CONNECT_PROTOBUF, clientFrameCodec.toBytes(hello));
    got(first ? `${first.data.length} bytes` : "nothing");
    run.must("CONN-001", first !== null, "an answer to a hello in binary", "none");
    run.must("CONN-043", first!.binary, "a binary message", "text");
    let type = "nothing that can be read";
    try {
      type = readServerFrame(CONNECT_PROTOBUF, new Uint8Array(first!.data)).type;
    } catch {
      // Judged below.
    }
    run.same("CONN-001", type, "welcome", "the first frame");
  },
} as const;

export const transport = check<BreakStep, State>({
  id: "connect/transport",
  title: "Frames and greetings that break a rule end as the table of close codes says",
  requirements: [
    "CONN-001",
    "CONN-005",
    "CONN-042",
    "CONN-043",
    "CONN-045",
    "CONN-047",
    "CONN-048",
    "CONN-049",
    "CONN-050",
    "CONN-051",
    "CONN-054",
    "CONN-055",
    "CONN-056",
    "CONN-057",
    "CONN-058",
    "CONN-151",
  ],
  runs: 2,
  unless: noConnect,
  steps: () =>
    everyOne(Object.keys(BREAKS), (fault) => ({
      do: "connect" as const,
      fault: fault as keyof typeof BREAKS,
    })),
  async begin(run) {
    const [listener, other] = [await run.listener({ plan: "premium" }), await run.listener({ plan: "free" })];
    return {
      listener,
      other,
      device: await registeredDevice(run, listener),
      otherDevice: await registeredDevice(run, other),
    };
  },
  perform: (run, state, { fault }) => BREAKS[fault](run, state),
});
