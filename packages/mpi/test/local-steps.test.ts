import { adamw } from "@descent/adam";
import { localSteps, optimizer } from "@descent/arrays";
import { frozen } from "@descent/core";
import { nesterov, sgd } from "@descent/sgd";
import { expect, test } from "vitest";
import type { LocalOutcome } from "./local-steps-body.ts";
import { batch, gradients, type Model, model } from "./model.ts";
import { inThreads } from "./ranks.ts";
import { apart } from "./shared-work.ts";

const run = <R>(size: number, name: string, data: object = {}): Promise<R[]> =>
  inThreads(size, new URL("./local-steps-body.ts", import.meta.url), { name, ...data });

/**
 * DiLoCo by hand, in double precision: every rank has an AdamW of its own; after every 5 steps PyTorch's SGD with
 * Nesterov momentum, v = 0.9 v + g and p = p - lr (g + 0.9 v), steps what they share.
 */
function byHand(size: number, steps: number, lr: number, momentum: number): Model {
  const shared = model(0);
  const v = { w1: new Float64Array(shared.w1.length), w2: new Float64Array(shared.w2.length) };
  const ranks = Array.from({ length: size }, () => {
    const p = model(0);
    return { p, opt: optimizer(p, adamw({ lr: 0.01 })) };
  });
  for (let step = 0; step < steps; step++) {
    for (const [rank, { p, opt }] of ranks.entries()) opt.update(gradients(p, batch(step, rank, size)));
    if ((step + 1) % 5 !== 0) continue;
    for (const name of ["w1", "w2"] as const)
      for (let i = 0; i < shared[name].length; i++) {
        const g = ranks.reduce((sum, { p }) => sum + shared[name][i]! - p[name][i]!, 0) / size;
        v[name][i] = momentum * v[name][i]! + g;
        shared[name][i]! -= lr * (g + momentum * v[name][i]!);
        for (const { p } of ranks) p[name][i] = shared[name][i]!;
      }
  }
  return shared;
}

test("ranks step alone, and their mean way is a step of the outer rule: local SGD and DiLoCo", async () => {
  for (const [outer, lr, momentum] of [
    ["mean", 1, 0],
    ["diloco", 0.7, 0.9],
  ] as const) {
    const expected = byHand(3, 20, lr, momentum);
    const all = await run<LocalOutcome>(3, "train", { outer });
    for (const { weights } of all) expect(weights).toEqual(all[0]!.weights);
    expect(apart(all[0]!.weights, expected, model(0))).toBeLessThan(1e-5); // inner Adam amplifies the last bits of what is shared
    expect(all[0]!.between).not.toEqual(all[1]!.between); // in the middle of a stretch they differ
  }
});

test("ways sent in 2 and 1 bytes per number lead to the same place, on all ranks", async () => {
  const [exact] = await run<LocalOutcome>(3, "train", { outer: "mean" });
  for (const [send, limit] of [
    ["bfloat16", 0.01],
    ["int8", 0.02],
  ] as const) {
    const all = await run<LocalOutcome>(3, "train", { outer: "mean", send });
    for (const { weights } of all) expect(weights).toEqual(all[0]!.weights);
    expect(apart(all[0]!.weights, exact!.weights, model(0))).toBeLessThan(limit);
    expect(all[0]!.weights).not.toEqual(exact!.weights);
  }
});

test("rounding is remembered: ways too small to be sent arrive in time", async () => {
  // Beside a way of 1, int8 sends multiples of 1/127; each of 40 exchanges goes 5e-4, and none may be lost.
  for (const moved of await run<number[]>(2, "small"))
    for (const x of moved) expect(Math.abs(x + 0.02)).toBeLessThan(1 / 127);
});

test("a saved state has both rules, and goes on after an exchange", async () => {
  const [whole] = await run<LocalOutcome>(2, "train", { outer: "diloco" });
  const { half } = whole!;
  expect(Object.keys(half!.state.tensors).sort()).toEqual(
    ["m", "v"]
      .flatMap((slot) => [`${slot}/w1`, `${slot}/w2`])
      .concat(["b/outer/w1", "b/outer/w2"])
      .sort(),
  );
  const again = await run<LocalOutcome>(2, "train", { outer: "diloco", from: half });
  for (const { weights } of again) expect(weights).toEqual(again[0]!.weights);
  // Adam's state was averaged over the ranks, which moves it a little.
  expect(apart(again[0]!.weights, whole!.weights, model(0))).toBeLessThan(0.05);
  await expect(run(2, "early")).rejects.toThrow("Ranks are 2 of 5 updates away from their last exchange");
});

test("wrong options are refused", () => {
  const p = { w: new Float32Array(2) };
  const make = (options: object): unknown => optimizer(p, adamw(), options);
  expect(() => localSteps({ every: 0, outer: sgd() })).toThrow(
    "`every` must be a whole number of updates, at least 1; got 0",
  );
  expect(() => make({ local: { every: 2 } })).toThrow("`local` must come from localSteps({ every, outer })");
  expect(() => make({ local: localSteps({ every: 2, outer: frozen() }) })).toThrow("`outer` leaves `w` as it is");
  const opt = optimizer(p, adamw(), { local: localSteps({ every: 2, outer: nesterov({ lr: 0.7 }) }) });
  expect(() => opt.remove("w")).toThrow("`remove`: with `local` the outer rule has the same parameters throughout");
});
