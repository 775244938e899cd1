import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { callingThread, type Interactions } from "@segue/core/recommend";
import { inventTaste } from "@segue/core/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { hostWasm } from "../../packages/core/test/recommend/wasm-host";
import { parseCsv } from "./csv";
import { DatasetError, readDataset } from "./datasets";
import { easeFamily, type Family, ialsFamily, popularityFamily } from "./models";
import { evaluate, type Protocol, type Stage, splitDataset } from "./protocol";
import { readCatalog } from "./radio";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "segue-eval-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const write = (name: string, text: string) => writeFileSync(join(folder, name), text);

const protocol: Protocol = {
  split: "random",
  test: 0.2,
  validation: 0.15,
  seed: 7,
  metric: "ndcg@10",
  epsilon: 100,
};

/** Invented listeners in the form of MovieLens 100K, with times that rise. */
function writeInvented(): void {
  const { interactions } = inventTaste({ users: 200, items: 160, playsPerUser: 25, seed: 2 });
  const lines = interactions.map(
    ({ user, item }, n) => `${user}\t${item}\t${1 + (n % 5)}\t${880_000_000 + n}`,
  );
  write("u.data", lines.join("\n"));
}

describe("data sets", () => {
  test("MovieLens and Last.fm are read in all their forms", () => {
    write("ratings.csv", "userId,movieId,rating,timestamp\r\n1,10,4.5,100\r\n2,10,3,200\r\n");
    expect(readDataset("movielens", folder).events).toEqual([
      { user: "1", item: "10", value: 4.5, atMs: 100_000 },
      { user: "2", item: "10", value: 3, atMs: 200_000 },
    ]);
    write("ratings.dat", "1::10::4::100\n");
    expect(readDataset("movielens", folder).events).toEqual([
      { user: "1", item: "10", value: 4, atMs: 100_000 },
    ]);
    write("user_artists.dat", "userID\tartistID\tweight\n2\t51\t13883\n2\t51\t7\n");
    expect(readDataset("lastfm", folder)).toMatchObject({
      plays: true,
      events: [{ user: "2", item: "51", value: 13_890, atMs: null }],
    });
  });

  test("what is missing or malformed is said, with the line", () => {
    expect(() => readDataset("lastfm", folder)).toThrow(DatasetError);
    write("u.data", "1\t2\t3\t4\n1\tx\n");
    expect(() => readDataset("movielens", folder)).toThrow("line 2");
    write("u.data", "\n");
    expect(() => readDataset("movielens", folder)).toThrow("no data");
  });

  test("features are read from quoted CSV under many names; rows without all of them are left out", () => {
    const names = "danceability,energy,speechiness,acousticness,instrumentalness,liveness,valence,tempo";
    const rows = Array.from(
      { length: 60 },
      (_, n) => `t${n},"He said ""hi"", twice",Artist ${n % 7},.5,.5,.1,.2,.0,.1,.${n},1${n}`,
    );
    write("tracks.csv", `Track_ID,Name,Artists,${names}\n${rows.join("\n")}\nbad,x,y,,,,,,,,\n`);
    const { tracks, artists, refused } = readCatalog(folder);
    expect([tracks.length, artists[8], refused]).toEqual([60, "Artist 1", 1]);
    expect(parseCsv('a,"b\nc","d""e"\r\n')).toEqual([["a", "b\nc", 'd"e']]);
  });
});

describe("the protocol", () => {
  const pairsOf = ({ users, items, byUser }: Interactions) =>
    users.flatMap((user, row) =>
      [...byUser.columns.subarray(byUser.offsets[row], byUser.offsets[row + 1])].map(
        (item) => `${user} ${items[item]}`,
      ),
    );

  test.each(["random", "time", "users"] as const)(
    "keeps what is to be found from training, by %s",
    (split) => {
      writeInvented();
      const dataset = readDataset("movielens", folder);
      const { validation, test: final } = splitDataset(dataset, { ...protocol, split });
      const found = (stage: Stage) =>
        [...stage.relevant].flatMap(([user, items]) => [...items].map((item) => `${user} ${item}`));
      for (const stage of [validation, final]) {
        const seen = new Set([...pairsOf(stage.train), ...pairsOf(stage.histories)]);
        expect(found(stage)).toHaveLength(stage.sizes[1]);
        expect(found(stage).filter((pair) => seen.has(pair))).toEqual([]);
        expect(stage.histories.items).toEqual(stage.train.items);
        if (split === "users") {
          expect(stage.histories.users.filter((user) => stage.train.users.includes(user))).toEqual([]);
          expect(stage.histories.users.length).toBeGreaterThan(10);
        } else expect(pairsOf(stage.train)).toHaveLength(stage.sizes[0]);
      }
      // Nothing that the test asks for is known while settings are chosen.
      const early = new Set([
        ...pairsOf(validation.train),
        ...pairsOf(validation.histories),
        ...found(validation),
      ]);
      expect(found(final).filter((pair) => early.has(pair))).toEqual([]);
    },
  );

  test("settings are chosen without a look at the test; the chosen are trained on the rest", async () => {
    writeInvented();
    const splits = splitDataset(readDataset("movielens", folder), protocol);
    const trained: [unknown, string][] = [];
    const spy: Family<number> = {
      name: "spy",
      settings: [1, 2, 3],
      describe: String,
      async train(data, settings) {
        trained.push([data, String(settings)]);
        // The second setting knows the validation split by heart, and nothing of the test.
        const scorerFor =
          async ({ users }: Interactions) =>
          (user: number) =>
            data.items.map((item) =>
              settings === 2 && splits.validation.relevant.get(users[user]!)?.has(item) ? 1 : 0,
            );
        return { scorerFor, space: null };
      },
    };
    const outcome = await evaluate(spy, splits, "ndcg@10", () => {});
    expect(outcome).toMatchObject({ settings: "2", tried: 3, validation: 1 });
    expect(outcome.test["ndcg@10"]).toBeLessThan(0.3);
    expect(trained.map(([data, settings]) => [data === splits.test.train, settings])).toEqual([
      [false, "1"],
      [false, "2"],
      [false, "3"],
      [true, "2"],
    ]);
  });

  test.each(["random", "users"] as const)(
    "on invented listeners iALS and EASE are far better than popularity, by %s",
    async (split) => {
      writeInvented();
      const splits = splitDataset(readDataset("movielens", folder), { ...protocol, split });
      const pool = callingThread(hostWasm);
      const settings = [0.01, 0.03].map((regularization) => ({
        dimensions: 16,
        unseenWeight: 0.2,
        regularization,
        epochs: 8,
        seed: 7,
      }));
      const run = <S>(family: Family<S>) => evaluate(family, splits, "ndcg@10", () => {});
      const popular = (await run(popularityFamily)).test;
      const ease = (await run(easeFamily([30, 100]))).test;
      const ials = (await run(ialsFamily(settings, pool))).test;
      for (const good of [ease, ials]) {
        expect(good["ndcg@10"]).toBeGreaterThan(1.5 * popular["ndcg@10"]);
        expect(good["coverage@20"]).toBeGreaterThan(popular["coverage@20"]);
        expect(good["gini@20"]).toBeLessThan(popular["gini@20"]);
      }
      expect(ials["ndcg@10"] / ease["ndcg@10"]).toBeGreaterThan(0.8);
      expect(ials.users).toBe(popular.users);
    },
  );

  test("a data set without times cannot be split by time", () => {
    write("user_artists.dat", "userID\tartistID\tweight\n2\t51\t13883\n3\t51\t7\n");
    const dataset = readDataset("lastfm", folder);
    expect(() => splitDataset(dataset, { ...protocol, split: "time" })).toThrow(DatasetError);
  });
});
