import {
  buildInteractions,
  confidences,
  type Interaction,
  type Interactions,
  randomStream,
  splitByTime,
  splitRandom,
  splitUsers,
} from "@segue/core/recommend";
import type { Dataset, Event } from "./datasets";
import { DatasetError } from "./datasets";
import { type Exam, type Measured, type Metric, measure } from "./measure";
import type { Family } from "./models";

/** How a data set is cut and what decides between settings. */
export interface Protocol {
  /** `users`: whole users are put aside and folded in from four fifths of what they had. */
  readonly split: "random" | "time" | "users";
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

/** A part to train on, and a part to be examined by. */
interface Cut {
  readonly train: readonly Event[];
  /** What the model may know of those who are examined; null when that is `train`. */
  readonly histories: readonly Event[] | null;
  readonly relevant: readonly Event[];
}

/** Share of a held-out user's entries that is examined, when users are put aside. */
const EXAMINED = 0.2;

function cut(events: readonly Event[], share: number, { split, seed }: Protocol, salt: number): Cut {
  const random = randomStream(seed + salt);
  if (split === "users") {
    const { train, test } = splitUsers(events, share, random);
    const asked = splitRandom(test, EXAMINED, random);
    return { train, histories: asked.train, relevant: asked.test };
  }
  if (split === "random") {
    const { train, test } = splitRandom(events, share, random);
    return { train, histories: null, relevant: test };
  }
  const timed = events.map((event) => {
    if (event.atMs === null) throw new DatasetError("This data set has no times; use --split random.");
    return { ...event, atMs: event.atMs };
  });
  const { train, test } = splitByTime(timed, share);
  return { train, histories: null, relevant: test };
}

/** Confidences of all events that a model may see, so that those of histories have the scale of the training. */
function weigh(dataset: Dataset, events: readonly Event[], epsilon: number): Interaction[] {
  if (!dataset.plays) return events.map(({ user, item }) => ({ user, item, weight: 1 }));
  return confidences(
    events.map(({ user, item, value }) => ({ user, item, net: value })),
    { epsilon },
  );
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

/** A training and the exam that goes with it. */
export interface Stage extends Exam {
  readonly train: Interactions;
  /** Entries to train on, and entries to find. */
  readonly sizes: readonly [number, number];
}

function stageOf(dataset: Dataset, { train, histories, relevant }: Cut, epsilon: number): Stage {
  if (train.length === 0 || relevant.length === 0)
    throw new DatasetError("A part of the split is empty; change --test or --validation.");
  const sizes = [train.length, relevant.length] as const;
  const wanted = relevantOf(relevant);
  const weighed = weigh(dataset, [...train, ...(histories ?? [])], epsilon);
  if (histories === null) {
    const data = buildInteractions(weighed);
    return { train: data, histories: data, relevant: wanted, sizes };
  }
  const aside = new Set(histories.map(({ user }) => user));
  const data = buildInteractions(weighed.filter(({ user }) => !aside.has(user)));
  const items = new Set(data.items);
  const known = weighed.filter(({ user, item }) => aside.has(user) && items.has(item));
  return { train: data, histories: buildInteractions(known, { items: data.items }), relevant: wanted, sizes };
}

/** What one run works with: settings are chosen by `validation`; `test` is trained on everything but its exam. */
export interface Splits {
  readonly validation: Stage;
  readonly test: Stage;
}

export function splitDataset(dataset: Dataset, protocol: Protocol): Splits {
  const outer = cut(dataset.events, protocol.test, protocol, 0);
  const inner = cut(outer.train, protocol.validation, protocol, 1);
  return {
    validation: stageOf(dataset, inner, protocol.epsilon),
    test: stageOf(dataset, outer, protocol.epsilon),
  };
}

async function examine<S>(family: Family<S>, settings: S, stage: Stage): Promise<Measured> {
  const { scorerFor, space } = await family.train(stage.train, settings);
  return measure(stage.train, stage, await scorerFor(stage.histories), space);
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
    const value = (await examine(family, settings, splits.validation))[metric];
    progress(
      `${family.name} ${index + 1}/${family.settings.length}  ${family.describe(settings)}  validation ${metric} ${value.toFixed(4)}`,
    );
    if (best === null || value > best.value) best = { settings, value };
  }
  if (best === null) throw new Error(`${family.name} has no settings to try.`);
  const test = await examine(family, best.settings, splits.test);
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
