import { adamw } from "@descent/adam";
import { optimizer } from "@descent/arrays";
import type { BlockingWorld } from "@descent/core/adapter";
import { beforeAll, describe, expect, test } from "vitest";
import { joinWorld, shareWorld } from "../src/index.ts";
import { model } from "./model.ts";
import { inThreads } from "./ranks.ts";
import { apart, type Half, type Outcome, rules, trained } from "./shared-work.ts";

type Shard = "state" | "gradients";
type Work = readonly { readonly rule: string; readonly from?: Half }[];

const run = <R>(size: number, name: string, data: object = {}): Promise<R[]> =>
  inThreads(size, new URL("./shared-work-body.ts", import.meta.url), { name, ...data });

/** The outcomes of every rank, rule by rule: threads take longer to start than to train. */
async function ranks(size: number, shard: Shard, work: Work): Promise<Outcome[][]> {
  const byRank = await run<Outcome[]>(size, "train", { work, shard });
  return work.map((_, i) => byRank.map((all) => all[i]!)); // one per rule
}

describe.each<Shard>(["state", "gradients"])("ranks that divide the %s", (shard) => {
  const names = Object.keys(rules);
  let outcomes: Outcome[][] = [];
  beforeAll(async () => {
    outcomes = await ranks(
      3,
      shard,
      names.map((rule) => ({ rule })),
    );
  });

  test.each(names)("train %s as one process does, with the same bits on all", (rule) => {
    const alone = trained(rule, 0, 1);
    const all = outcomes[names.indexOf(rule)]!; // one per rule
    for (const one of all) {
      expect(one.weights).toEqual(all[0]!.weights);
      expect(one.readout).toEqual(all[0]!.readout);
      expect(one.half).toEqual(all[0]!.half);
    }
    const { weights, readout, half } = all[0]!;
    expect(Object.keys(half.state.tensors).sort()).toEqual(Object.keys(alone.half.state.tensors).sort());
    expect(half.state.meta).toEqual(alone.half.state.meta);
    if (rule === "lion") {
      // A sum in another order may turn the sign of a momentum near 0; each turn moves a weight by 2 lr.
      const turned = (["w1", "w2"] as const).flatMap((name) =>
        [...weights[name]].filter((x, i) => Math.abs(x - alone.weights[name][i]!) > 1e-6),
      );
      expect(turned.length).toBeLessThanOrEqual(1);
    } else {
      // Whole matrices amplify the last bits of sums: their inverse roots are ill-conditioned at first.
      const limit = rule === "shampoo" ? 1e-4 : 1e-6;
      expect(apart(weights, alone.weights, model(0))).toBeLessThan(limit);
      expect(apart(readout, alone.readout, model(0))).toBeLessThan(limit);
    }
  });
});

test("each rank keeps its share of the state, even of one tensor", async () => {
  const alone = trained("clipped", 0, 1);
  const [all] = (await ranks(2, "state", [{ rule: "clipped" }])) as [Outcome[]];
  for (const { stateBytes } of all) expect(stateBytes).toBeLessThanOrEqual(0.5 * alone.stateBytes + 64 * 8);
  expect(all.reduce((sum, { stateBytes }) => sum + stateBytes, 0)).toBe(alone.stateBytes);
});

test("what 4 ranks saved goes on on 1, 2 and 3, and on 4 to the bit", async () => {
  const names = ["clipped", "muon", "prodigy"];
  const wholes = (
    await ranks(
      4,
      "gradients",
      names.map((rule) => ({ rule })),
    )
  ).map(([first]) => first!);
  const work = names.map((rule, i) => ({ rule, from: wholes[i]!.half }));
  for (const [i, all] of (await ranks(4, "gradients", work)).entries())
    expect(all[3]!.weights).toEqual(wholes[i]!.weights);
  const others = [await ranks(2, "state", work), await ranks(3, "state", work)];
  for (const [i, { rule, from }] of work.entries()) {
    const all = [trained(rule, 0, 1, {}, from), ...others.map((one) => one[i]![0]!)];
    for (const { weights } of all) expect(apart(weights, wholes[i]!.weights, model(0))).toBeLessThan(1e-6);
  }
});

test("ranks with more examples count more, and ranks without any do not count", async () => {
  // 2, 4 and 6 examples of the values 1, 2 and 3: the mean is (2 + 8 + 18) / 12.
  for (const moved of await run<number[]>(3, "weighted")) expect(moved[0]).toBeCloseTo(-28 / 12, 6);
  for (const moved of await run<number[]>(3, "idle")) expect(moved[0]).toBeCloseTo(-1, 6);
  await expect(run(3, "noExamples")).rejects.toThrow("no rank has an example at this step");
  await expect(run(3, "someExamples")).rejects.toThrow(
    /rank \d has (no )?`examples`, and rank \d has (no )?`examples`/,
  );
});

test("a rank that differs is named, with its parameter and since when", async () => {
  await expect(run(3, "strayed")).rejects.toThrow(
    "Rank 1 of 3 differs from the others in `w2` at step 8, and did not at step 4.",
  );
});

test("gradients that are not finite are told to all ranks, with the rank and the parameter", async () => {
  const [first, second] = await run<string>(2, "notFinite");
  expect(first).toContain("Rank 1 has gradients that are not finite at step 0, of w2. No rank has taken the step.");
  expect(second).toContain("`w2`");
});

test.each([{}, { shard: "gradients", how: "one by one" }])(
  "a loss of one rank that is not finite keeps all from the step: %j",
  async (how) => {
    const all = await run<(string | number)[]>(2, "brokenLoss", how);
    expect(all[0]).toEqual([
      "Rank 1 has gradients that are not finite at step 0, of loss. No rank has taken the step.",
      1,
      1,
      1,
      1,
    ]);
    expect(all[1]![0]).toContain("`loss` is not finite at step 0, and the step was not applied.");
    expect(all[1]!.slice(1)).toEqual([1, 1, 1, 1]);
  },
);

test("ranks with other rules or options are told the difference", async () => {
  await expect(run(2, "otherRule")).rejects.toThrow(/rank 1 has .*"lr":0.2.*, and rank 0 has .*"lr":0.1/);
  await expect(run(2, "otherOption")).rejects.toThrow("rank 1 has shard: gradients, and rank 0 has shard: state");
  await expect(run(2, "otherNonFinite")).rejects.toThrow("rank 1 has nonFinite: skip, and rank 0 has nonFinite: throw");
});

test("ranks of which one has taken a step more when another is lost go on from there, to the bit", async () => {
  type Trained = { readonly p: unknown; readonly steps: readonly number[] };
  const [calm] = await run<Trained>(2, "rejoined");
  const [first, second] = (await run<Trained>(2, "rejoined", { disturbed: true })) as [Trained, Trained];
  expect(first.steps).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  expect(second.steps).toEqual([1, 2, 3, 4, 5, 6, 6, 7, 8, 9, 10, 11, 12]);
  expect(first.p).toEqual(calm!.p);
  expect(second.p).toEqual(calm!.p);
});

describe("gradients that come one by one, all in the same memory,", () => {
  interface End {
    readonly p: Readonly<Record<string, Float32Array>>;
    readonly skipped: number;
    readonly step: number;
  }
  const end = (how: string, fault?: string): Promise<End[]> => run<End>(3, "oneByOne", { how, fault });

  test("train as a record of them does, in parts and whole", async () => {
    const [record, parts, whole] = [await end("record"), await end("parts"), await end("whole")];
    for (const { p } of parts) expect(p).toEqual(parts[0]!.p);
    // Threads add up in the order of ranks, however many numbers are sent together.
    expect(parts[0]).toEqual(record[0]);
    for (const [name, data] of Object.entries(parts[0]!.p))
      expect(data.every((x, i) => Math.abs(x - whole[0]!.p[name]![i]!) < 1e-6)).toBe(true);
  });

  test("keep all ranks from a step where one of them is not finite", async () => {
    const all = await end("parts", "nan");
    expect(all.map(({ skipped, step }) => [skipped, step])).toEqual(Array(3).fill([1, 2]));
    for (const { p } of all) expect(p).toEqual(all[0]!.p);
  });

  test.each(["names", "end"])("are an error that names the rank where they differ (%s)", async (fault) => {
    await expect(end("parts", fault)).rejects.toThrow("the gradients are not those of the other ranks: rank 1 has");
  });
});

test("wrong options are refused", () => {
  const world: BlockingWorld = joinWorld(shareWorld(1), 0);
  const p = { w: new Float32Array(2) };
  const wrong =
    (options: object): (() => unknown) =>
    () =>
      optimizer(p, adamw(), options);
  expect(wrong({ shard: "state" })).toThrow("`shard` divides the state among the ranks of a world");
  expect(wrong({ world, shard: "all" })).toThrow("`shard` must be one of `state`, `gradients`");
  expect(wrong({ world, digestEvery: -1 })).toThrow("digestEvery");
  const opt = optimizer(p, adamw(), { world, shard: "state" });
  expect(() => opt.update({ w: new Float32Array(2) }, undefined, { examples: -1 })).toThrow("examples");
  opt.update({ w: new Float32Array(2) }, undefined, { examples: 3 });
  expect(opt.step).toBe(1);
});
