/** Quality of recommendations on public data sets, beside popularity and EASE, tuned on a validation split alone. */
import { loadavg } from "node:os";
import { SegueError } from "@segue/core";
import { callingThread, type IalsOptions } from "@segue/core/recommend";
import { hostWasm } from "../packages/core/test/recommend/wasm-host";
import { kernelThreads } from "../packages/server-reference/src/adapters/workers/kernel-threads";
import { type Dataset, DatasetError, readDataset } from "./recommend/datasets";
import type { Metric } from "./recommend/measure";
import { easeFamily, type Family, ialsFamily, popularityFamily } from "./recommend/models";
import { evaluate, type Outcome, type Protocol, splitDataset } from "./recommend/protocol";
import { evaluateRadio } from "./recommend/radio";

const HELP = `npm run eval -- recommend --dataset movielens|lastfm|spotify-features --path FOLDER [options]

  movielens         u.data, ratings.dat or ratings.csv; every rating counts as one act, whatever its stars
  lastfm            user_artists.dat (HetRec 2011) or usersha1-artmbid-artname-plays.tsv; plays become confidence
  spotify-features  any .csv with a track id, artists and the eight audio features: radio against brute force

Settings are chosen on the validation split; the test split is looked at once, after training on the rest.

  --split random|time|users
                        entries at random (default), the latest, or whole users, who are folded in from four fifths of
                        what they had and examined by the rest
  --test SHARE          of all entries or users (default 0.2)
  --validation SHARE    of the rest (default 0.1)
  --metric NAME         what settings are chosen by (default ndcg@10; lastfm ndcg@100)
  --seed N              of splits and of training (default 42)
  --dimensions LIST     of iALS (default 64,128)
  --unseen LIST         a0 of iALS (default by data set)
  --regularization LIST lambda of iALS (default by data set)
  --epochs LIST         of iALS (default 16)
  --ease LIST           lambda of EASE (default 100,200,400,800; lastfm 30,100,300)
  --epsilon PLAYS       where confidence bends (default 100)
  --solver exact|cg     of iALS (default exact)
  --threads N           for iALS (default 1)`;

const OPTIONS = [
  ...["dataset", "path", "split", "test", "validation", "metric", "seed", "dimensions", "unseen"],
  ...["regularization", "epochs", "ease", "epsilon", "solver", "threads"],
];
/** Tuned ranges: the unseen weigh less, and regularization with them, as the catalog grows. */
const DEFAULTS = {
  movielens: {
    metric: "ndcg@10",
    unseen: "0.1,0.2,0.3,0.5",
    regularization: "0.01,0.015,0.02,0.03",
    ease: "100,200,400,800",
  },
  lastfm: {
    metric: "ndcg@100",
    unseen: "0.01,0.03,0.1",
    regularization: "0.002,0.005,0.01,0.02",
    ease: "30,100,300",
  },
} as const;

function fail(text: string): never {
  console.error(`${text}\n\nnpm run eval -- recommend --help says more.`);
  process.exit(2);
}

function parse(args: readonly string[]): Map<string, string> {
  const values = new Map<string, string>();
  for (let at = 0; at < args.length; at += 2) {
    const name = args[at]!.replace(/^--/, "");
    const value = args[at + 1];
    if (!args[at]!.startsWith("--") || !OPTIONS.includes(name)) fail(`${args[at]} is no option.`);
    if (value === undefined) fail(`--${name} needs a value.`);
    values.set(name, value);
  }
  return values;
}

if (process.argv.includes("--help")) {
  console.log(HELP);
  process.exit(0);
}
const values = parse(process.argv.slice(2));
const kind = values.get("dataset");
const path = values.get("path");
if (kind !== "movielens" && kind !== "lastfm" && kind !== "spotify-features")
  fail("--dataset is movielens, lastfm or spotify-features.");
if (!path) fail("--path names the folder with the data.");

const text = (name: string, fallback: string) => values.get(name) ?? fallback;
const numbers = (name: string, fallback: string) =>
  text(name, fallback)
    .split(",")
    .map((each) =>
      each.trim() !== "" && Number.isFinite(Number(each)) ? Number(each) : fail(`--${name} takes numbers.`),
    );
const oneOf = <T extends string>(name: string, allowed: readonly T[], fallback: T): T => {
  const value = text(name, fallback);
  return allowed.find((each) => each === value) ?? fail(`--${name} is one of ${allowed.join(", ")}.`);
};
const METRICS: readonly Metric[] = [
  ...(["precision@10", "recall@10", "ndcg@10", "recall@20", "recall@50", "ndcg@100"] as const),
];

async function evaluateRatings(
  dataset: Dataset,
  defaults: (typeof DEFAULTS)[keyof typeof DEFAULTS],
): Promise<void> {
  const protocol: Protocol = {
    split: oneOf("split", ["random", "time", "users"], "random"),
    test: numbers("test", "0.2")[0]!,
    validation: numbers("validation", "0.1")[0]!,
    seed: numbers("seed", "42")[0]!,
    metric: oneOf("metric", METRICS, defaults.metric),
    epsilon: numbers("epsilon", "100")[0]!,
  };
  const splits = splitDataset(dataset, protocol);
  const { validation, test } = splits;
  console.log(`${dataset.file}: ${dataset.events.length} entries`);
  console.log(`${protocol.split} split, seed ${protocol.seed}; chosen by ${protocol.metric}`);
  for (const [name, { train, sizes }] of Object.entries({ validation, test }))
    console.log(
      `${name.padEnd(10)} ${sizes[0]} entries of ${train.users.length} users and ${train.items.length} items to train on, ${sizes[1]} to find`,
    );
  const threads = numbers("threads", "1")[0]!;
  const pool = threads > 1 ? kernelThreads({ threads }) : callingThread(hostWasm);
  const solver = oneOf("solver", ["exact", "cg"], "exact");
  const settings: Partial<IalsOptions>[] = [];
  for (const dimensions of numbers("dimensions", "64,128"))
    for (const epochs of numbers("epochs", "16"))
      for (const unseenWeight of numbers("unseen", defaults.unseen))
        for (const regularization of numbers("regularization", defaults.regularization))
          settings.push({ dimensions, epochs, unseenWeight, regularization, solver, seed: protocol.seed });
  const progress = (line: string) => console.error(`… ${line}`);
  const run = <S>(family: Family<S>) => evaluate(family, splits, protocol.metric, progress);
  const outcomes = [
    await run(popularityFamily),
    await run(easeFamily(numbers("ease", defaults.ease))),
    await run(ialsFamily(settings, pool)),
  ];
  print(outcomes);
}

function print(outcomes: readonly Outcome[]): void {
  const metrics = Object.keys(outcomes[0]!.test) as (keyof Outcome["test"])[];
  const cells = (first: string, rest: readonly string[], last: string) =>
    console.log(`${first.padEnd(11)} ${rest.map((each) => each.padStart(12)).join(" ")}  ${last}`);
  console.log("");
  cells("on the test", metrics, "settings (tried), CPU seconds");
  for (const { name, settings, tried, test, seconds } of outcomes)
    cells(
      name,
      metrics.map((metric) => (metric === "users" ? String(test.users) : test[metric].toFixed(4))),
      `${settings} (${tried}), ${seconds.toFixed(1)} s`,
    );
  console.log(`load at the end ${loadavg()[0]?.toFixed(2)}`);
}

try {
  if (kind === "spotify-features") await evaluateRadio(path, numbers("seed", "42")[0]!);
  else await evaluateRatings(readDataset(kind, path), DEFAULTS[kind]);
} catch (error) {
  const detail = SegueError.is(error) ? error.detail : error instanceof DatasetError ? error.message : null;
  if (!detail) throw error;
  console.error(detail);
  process.exitCode = 2;
}
