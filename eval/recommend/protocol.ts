import {
  buildInteractions,
  confidences,
  type Interactions,
  randomStream,
  type Split,
  splitByTime,
  splitRandom,
} from "@segue/core/recommend";
import type { Dataset, Event } from "./datasets";
import { DatasetError } from "./datasets";
import { type Measured, type Metric, measure } from "./measure";
import type { Family } from "./models";

/** How a data set is cut and what decides between settings. */
export interface Protocol {
  readonly split: "random" | "time";
  /** Shares of all entries, and of what is not the test. */
  readonly test: number;
  readonly validation: number;
  readonly seed: number;
  /** What settings are chosen by, on the validation split alone. */
  readonly metric: Metric;
  /** Plays at which confidence begins to bend. */
  readonly epsilon: number;
}

/** A family at its best settings, measured once on the test split. */
export interface Outcome {
  readonly name: string;
  readonly settings: string;
  readonly tried: number;
  readonly validation: number;
  readonly test: Measured;
  readonly seconds: number;
}

function cut(events: readonly Event[], share: number, { split, seed }: Protocol, salt: number): Split<Event> {
  if (split === "random") return splitRandom(events, share, randomStream(seed + salt));
  const timed = events.map((event) => {
    if (event.atMs === null) throw new DatasetError("This data set has no times; use --split random.");
    return { ...event, atMs: event.atMs };
  });
  return splitByTime(timed, share);
}

function interactions(dataset: Dataset, events: readonly Event[], protocol: Protocol): Interactions {
  if (!dataset.plays) return buildInteractions(events.map(({ user, item }) => ({ user, item, weight: 1 })));
  const plays = events.map(({ user, item, value }) => ({ user, item, net: value }));
  return buildInteractions(confidences(plays, { epsilon: protocol.epsilon }));
}

function relevantOf(events: readonly Event[]): Map<string, Set<string>> {
  const relevant = new Map<string, Set<string>>();
  for (const { user, item } of events) {
    const items = relevant.get(user);
    if (items) items.add(item);
    else relevant.set(user, new Set([item]));
  }
  return relevant;
}

/** What one run works with. */
export interface Splits {
  readonly train: Interactions;
  readonly validation: ReadonlyMap<string, ReadonlySet<string>>;
  /** Training and validation together: what the chosen settings are trained on before the test. */
  readonly whole: Interactions;
  readonly test: ReadonlyMap<string, ReadonlySet<string>>;
  readonly sizes: { readonly train: number; readonly validation: number; readonly test: number };
}

export function splitDataset(dataset: Dataset, protocol: Protocol): Splits {
  const outer = cut(dataset.events, protocol.test, protocol, 0);
  const inner = cut(outer.train, protocol.validation, protocol, 1);
  if (inner.train.length === 0 || inner.test.length === 0 || outer.test.length === 0)
    throw new DatasetError("A part of the split is empty; change --test or --validation.");
  return {
    train: interactions(dataset, inner.train, protocol),
    validation: relevantOf(inner.test),
    whole: interactions(dataset, outer.train, protocol),
    test: relevantOf(outer.test),
    sizes: { train: inner.train.length, validation: inner.test.length, test: outer.test.length },
  };
}

/** Chooses a family's settings on the validation split, trains them on everything but the test, and measures the test once. */
export async function evaluate<S>(
  family: Family<S>,
  splits: Splits,
  metric: Metric,
  progress: (text: string) => void,
): Promise<Outcome> {
  const started = process.cpuUsage();
  let best: { settings: S; value: number } | null = null;
  for (const [index, settings] of family.settings.entries()) {
    const { score, space } = await family.train(splits.train, settings);
    const value = measure(splits.train, splits.validation, score, space)[metric];
    progress(
      `${family.name} ${index + 1}/${family.settings.length}  ${family.describe(settings)}  validation ${metric} ${value.toFixed(4)}`,
    );
    if (best === null || value > best.value) best = { settings, value };
  }
  if (best === null) throw new Error(`${family.name} has no settings to try.`);
  const { score, space } = await family.train(splits.whole, best.settings);
  const test = measure(splits.whole, splits.test, score, space);
  const { user, system } = process.cpuUsage(started);
  return {
    name: family.name,
    settings: family.describe(best.settings),
    tried: family.settings.length,
    validation: best.value,
    test,
    seconds: (user + system) / 1e6,
  };
}
