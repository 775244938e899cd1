/** Breaks of Connect. */
import { randomBytes } from "node:crypto";
import type { Frame, Mutant } from "./mutant";

// biome-ignore lint/suspicious/noExplicitAny: mutants reach into frames whose shape they know
type Any = any;
const same = (frame: Frame): readonly Frame[] => [frame];
const checks = ["connect/session"];

export const CONNECT_MUTANTS: readonly Mutant[] = [
  {
    id: "version-skips",
    title: "a version of a session is left out",
    requirement: "CONN-010",
    checks,
    tamper: () => ({
      frame: (frame) => {
        const { delta } = frame as Any;
        return delta
          ? [
              {
                delta: {
                  ...delta,
                  stamp: { ...delta.stamp, version: String(Number(delta.stamp.version) + 1) },
                },
              },
            ]
          : [frame];
      },
    }),
  },
  {
    id: "two-results",
    title: "a command ends in two results",
    requirement: "CONN-018",
    checks,
    tamper: () => ({ frame: (frame) => ((frame as Any).commandResult ? [frame, frame] : [frame]) }),
  },
  {
    id: "epoch-stands-still",
    title: "the epoch stays the same through every transfer",
    requirement: "CONN-013",
    checks,
    tamper: () => {
      const fake = "9000000";
      // Only what remote controls see: players go by the server's own epoch.
      const players = new WeakSet<object>();
      return {
        sent: (frame, connection) => {
          const { hello, command } = frame as Any;
          if (hello?.device?.player) players.add(connection);
          if (command?.ifEpoch !== fake) return [frame];
          const { ifEpoch: _left, ...rest } = command;
          return [{ command: rest }];
        },
        frame: (frame, connection) => {
          const { delta } = frame as Any;
          if (!delta?.stamp?.epoch || players.has(connection)) return [frame];
          return [{ delta: { ...delta, stamp: { ...delta.stamp, epoch: fake } } }];
        },
      };
    },
  },
  {
    id: "result-before-change",
    title: "a result overtakes the change that it reports",
    requirement: "CONN-125",
    checks,
    tamper: () => {
      const held = new WeakMap<object, Frame[]>();
      return {
        frame: (frame, connection) => {
          const { delta, commandResult } = frame as Any;
          const waiting = held.get(connection) ?? [];
          if (delta?.causeCommandId) {
            held.set(connection, [...waiting, frame]);
            // What nobody's result releases must not wait for ever.
            return waiting;
          }
          held.delete(connection);
          return commandResult ? [frame, ...waiting] : [...waiting, frame];
        },
      };
    },
  },
  {
    id: "repetition-acts-again",
    title: "a command that is delivered twice has its effect twice",
    requirement: "CONN-019",
    checks,
    tamper: () => {
      const sent = new Set<string>();
      const given = new Map<string, string>();
      return {
        sent: (frame) => {
          const { command } = frame as Any;
          if (!command?.commandId) return [frame];
          if (!sent.has(command.commandId)) {
            sent.add(command.commandId);
            return [frame];
          }
          const other = randomBytes(16).toString("base64");
          given.set(other, command.commandId);
          return [{ command: { ...command, commandId: other } }];
        },
        frame: (frame) => {
          const { commandResult } = frame as Any;
          const id = commandResult && given.get(commandResult.commandId);
          return id ? [{ commandResult: { ...commandResult, commandId: id } }] : [frame];
        },
      };
    },
  },
  {
    id: "goodbye-goes-unheard",
    title: "a device that leaves for a restart keeps its epoch",
    requirement: "CONN-155",
    checks: ["connect/facts"],
    tamper: () => ({ sent: (frame) => ((frame as Any).goodbye?.reason === "restart" ? [] : [frame]) }),
  },
  {
    id: "old-epoch-goes",
    title: "a command for an epoch that is over is carried out",
    requirement: "CONN-101",
    checks,
    tamper: () => ({
      sent: (frame) => {
        const { command } = frame as Any;
        if (command?.ifEpoch === undefined) return [frame];
        const { ifEpoch: _left, ...rest } = command;
        return [{ command: rest }];
      },
    }),
  },
  {
    id: "shuffle-moves-on",
    title: "turning shuffle on changes what plays",
    requirement: "CONN-022",
    checks,
    tamper: () => ({
      frame: (frame) => {
        const { delta } = frame as Any;
        if (!delta?.mask?.includes("shuffle") || delta.mask.includes("current")) return same(frame);
        const current = { uid: "another", trackId: `trk_${"0".repeat(26)}` };
        return [
          { delta: { ...delta, mask: [...delta.mask, "current"], state: { ...delta.state, current } } },
        ];
      },
    }),
  },
  {
    id: "refused-without-reason",
    title: "a transfer to a remote control is refused as if it did not exist",
    requirement: "CONN-115",
    checks,
    tamper: () => ({
      frame: (frame) => {
        const { commandResult } = frame as Any;
        if (!commandResult?.reasons?.includes("not_a_player")) return [frame];
        return [{ commandResult: { ...commandResult, outcome: "OUTCOME_DEVICE_UNKNOWN", reasons: [] } }];
      },
    }),
  },
  {
    id: "old-reports-count",
    title: "a report of an epoch that is over changes the session",
    requirement: "CONN-014",
    checks: ["connect/facts"],
    tamper: () => {
      const epochs = new WeakMap<object, string>();
      return {
        frame: (frame, connection) => {
          const { delta, snapshot } = frame as Any;
          const epoch = (delta ?? snapshot)?.stamp?.epoch;
          if (epoch) epochs.set(connection, epoch);
          return [frame];
        },
        sent: (frame, connection) => {
          const { report } = frame as Any;
          return report
            ? [{ report: { ...report, epoch: epochs.get(connection) ?? report.epoch } }]
            : [frame];
        },
      };
    },
  },
  {
    id: "older-connection-stays",
    title: "a new connection of a device leaves its older one open",
    requirement: "CONN-050",
    checks: ["connect/transport"],
    tamper: () => ({ deaf: (code) => code === 3503 }),
  },
];
