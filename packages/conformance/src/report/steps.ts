/** A counterexample as a person reads it: request, what the specification allows, what came. */
import type { Counterexample } from "../runner/run-check";

/** Most requests that are shown of one step. */
const MAX_REQUESTS = 3;

/** One line of a counterexample. */
export interface ShownStep {
  readonly request: string;
  readonly expected: string | null;
  readonly got: string;
}

/** What was done before the steps, in one line; null when nothing was. */
export function preparationOf({ exchanges }: Counterexample): string | null {
  const before = exchanges.filter((each) => each.step < 0);
  if (before.length === 0) return null;
  const devices = before.filter((each) => /^POST \/v1\/devices \{/.test(each.sent)).length;
  const others = before.filter((each) => !/^POST \/v1\/devices\b/.test(each.sent)).map((each) => each.sent);
  const parts = [
    ...(devices > 0 ? [`${devices === 1 ? "a device was" : `${devices} devices were`} registered`] : []),
    ...others.slice(0, 3),
    ...(others.length > 3 ? [`${others.length - 3} more requests`] : []),
  ];
  return parts.join("; ");
}

/** The last requests of one step, with the answers to all but the very last. */
function requestOf(within: readonly { readonly sent: string; readonly got: string }[]): string {
  const shown = within.slice(-MAX_REQUESTS);
  const parts = shown.map(({ sent, got }, i) => (i < shown.length - 1 ? `${sent} → ${got}` : sent));
  return `${within.length > shown.length ? "…, " : ""}${parts.join(", then ")}`;
}

/** The steps: the exchange that decided each, the last one with what was expected. */
export function shownSteps({ exchanges, steps, expected, got }: Counterexample): readonly ShownStep[] {
  const shown: ShownStep[] = [];
  for (let i = 0; i <= steps.length; i++) {
    const within = exchanges.filter((each) => each.step === i);
    const last = within.at(-1);
    if (last) shown.push({ request: requestOf(within), expected: null, got: last.got });
    else if (i < steps.length) shown.push({ request: describe(steps[i]!), expected: null, got: "done" });
  }
  const broken = shown.pop() ?? { request: exchanges.at(-1)?.sent ?? "the server", got: "" };
  return [...shown, { request: broken.request, expected, got }];
}

function describe({ do: name, ...rest }: { readonly do: string }): string {
  const details = Object.entries(rest).map(
    ([key, value]) => `${key} ${typeof value === "string" ? value : JSON.stringify(value)}`,
  );
  return details.length > 0 ? `${name} (${details.join(", ")})` : name;
}
