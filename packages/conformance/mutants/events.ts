/** Breaks of play events. */
import { eventId } from "../src/models/plays";
import { jsonOf, type MutableRequest, type Mutant, setJson, type Tamper } from "./mutant";

// biome-ignore lint/suspicious/noExplicitAny: mutants reach into requests whose shape they know
type Event = any;

const isPublish = ({ method, url }: MutableRequest) => method === "POST" && url.pathname === "/v1/events";

/** Changes each event of a batch before the server sees it. */
function eachEvent(request: MutableRequest, change: (event: Event, user: string) => void): undefined {
  const json = isPublish(request) ? jsonOf(request) : null;
  if (!Array.isArray(json?.events)) return;
  for (const event of json.events) change(event, request.headers.authorization ?? "");
  setJson(request, json);
}

/** Gives an id that came before from the same listener another one, if `again` says so: the server takes it for new. */
function forgetful(again: (event: Event, first: Event) => boolean) {
  return (): Tamper => {
    const seen = new Map<string, Event>();
    const given = new Map<string, string>();
    return {
      before: (request: MutableRequest) =>
        eachEvent(request, (event, user) => {
          const first = seen.get(event.eventId);
          if (first === undefined) seen.set(event.eventId, { ...event, user });
          else if (first.user === user && again(event, first)) {
            const other = eventId(Date.now()).toString("base64");
            given.set(other, event.eventId);
            event.eventId = other;
          }
        }),
      after: (request, answer) => {
        const json = isPublish(request) ? jsonOf(answer) : null;
        for (const receipt of json?.receipts ?? [])
          receipt.eventId = given.get(receipt.eventId) ?? receipt.eventId;
        if (json) setJson(answer, json);
      },
    };
  };
}
const alike = (a: Event, b: Event) =>
  a.trackId === b.trackId && a.msPlayed === b.msPlayed && a.ageMs === b.ageMs;

export const EVENT_MUTANTS: readonly Mutant[] = [
  {
    id: "no-dedupe",
    title: "an event that is sent again is accepted again",
    requirement: "EVT-020",
    checks: ["events/ingest"],
    tamper: forgetful(alike),
  },
  {
    id: "dedupe-by-content",
    title: "an event id with other fields is taken for another event",
    requirement: "EVT-050",
    checks: ["events/ingest"],
    tamper: forgetful((event, first) => !alike(event, first)),
  },
  {
    id: "stream-at-29-seconds",
    title: "29,000 ms of sound make a stream",
    requirement: "EVT-005",
    checks: ["events/count-rule"],
    tamper: () => ({
      before: (request) =>
        eachEvent(request, (event) => {
          const plain =
            !event.muted && !event.offline && !event.privateSession && event.elapsedMs === 600_000;
          if (plain && event.msPlayed >= 29_000 && event.msPlayed < 30_000) event.msPlayed = 30_000;
        }),
    }),
  },
  {
    id: "muted-never-counts",
    title: "a muted play makes no stream",
    requirement: "EVT-035",
    checks: ["events/count-rule"],
    tamper: () => ({
      before: (request) =>
        eachEvent(request, (event) => {
          if (event.muted) event.msPlayed = 0;
        }),
    }),
  },
  {
    id: "one-bad-event-spoils-all",
    title: "a malformed event takes its batch with it",
    requirement: "EVT-018",
    checks: ["events/ingest"],
    tamper: () => ({
      after: (request, answer) => {
        const receipts: Event[] | undefined = isPublish(request) ? jsonOf(answer)?.receipts : undefined;
        const bad = receipts?.find((receipt) => receipt.reason === "malformed");
        if (receipts && bad)
          setJson(answer, { receipts: receipts.map(({ eventId: id }) => ({ ...bad, eventId: id })) });
      },
    }),
  },
];
