import { adam } from "@descent/adam";
import { type Configured, partition } from "@descent/core";
import { momentum } from "@descent/sgd";
import { sam } from "@descent/sharpness";
import type * as tfjs from "@tensorflow/tfjs";
import { expect, test } from "vitest";
import { type OptimizerOptions, optimizer } from "../src/index.ts";
import { normal } from "./numbers.ts";

/** Steps with gradients that are not finite, on devices that answer later. */
export function describeRefusal(tf: typeof tfjs): void {
  const start = (options: OptimizerOptions, rule: Configured = adam({ lr: 0.1 })) => {
    const variables = [[4, 3], [3], []].map((shape, i) =>
      tf.tidy(() => tf.variable(tf.tensor(normal(shape, i + 1), shape))),
    );
    const opt = optimizer(rule, options);
    const give = (wrong?: number): void =>
      tf.tidy(() =>
        opt.applyGradients(
          variables.map(({ name, shape }, i) => {
            const numbers = normal(shape, 50 + i);
            if (wrong !== undefined && i === 1) numbers[2] = wrong;
            return { name, tensor: tf.tensor(numbers, shape) };
          }),
        ),
      );
    const all = async () => ({
      numbers: await Promise.all(variables.map(async (v) => [...(await v.data())])),
      tensors: (await opt.state()).tensors,
    });
    const dispose = (): void => {
      opt.dispose();
      tf.dispose(variables);
    };
    return { opt, give, all, dispose };
  };

  test.each([{}, { fused: false }])("change nothing, and are an error at a later step: %j", async (options) => {
    const before = tf.memory().numTensors;
    const { opt, give, all, dispose } = start(options);
    give();
    const then = await all();
    for (const [i, wrong] of [Number.NaN, Infinity, -Infinity].entries()) {
      give(wrong);
      expect(await all()).toEqual(then);
      expect(opt.inspect().nonFinite).toBe(i + 1);
      expect(() => give()).toThrow(
        "An earlier step was not applied, because gradients, or their norm, were not finite",
      );
    }
    expect(await all()).toEqual(then);
    give();
    expect(await all()).not.toEqual(then);
    expect(opt.inspect().nonFinite).toBe(3);
    dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  test("are left out if asked, so that training goes on as without them", async () => {
    const [disturbed, calm] = [{ nonFinite: "skip" }, {}].map((options) =>
      start(options as OptimizerOptions, momentum({ lr: 0.1 })),
    ) as [ReturnType<typeof start>, ReturnType<typeof start>];
    for (let i = 0; i < 3; i++) {
      disturbed.give();
      disturbed.give(Number.NaN);
      calm.give();
    }
    expect((await disturbed.all()).numbers).toEqual((await calm.all()).numbers);
    disturbed.give();
    await disturbed.all();
    expect(disturbed.opt.inspect().nonFinite).toBe(3);
    disturbed.dispose();
    calm.dispose();
  });

  test.each([{}, { fused: false }])("in one phase of a round refuse the round: %j", async (options) => {
    const both = partition(
      { climbing: sam(momentum({ lr: 0.1 })), plain: momentum({ lr: 0.2 }) },
      { climbing: ({ shape }) => shape.length > 0, plain: ({ shape }) => shape.length === 0 },
    );
    const [disturbed, calm] = [start({ ...options, nonFinite: "skip" }, both), start({ ...options }, both)];
    const round = (of: typeof calm, first?: number, second?: number): void => {
      of.give(first);
      expect(of.opt.midRound).toBe(true);
      of.give(second);
    };
    round(disturbed, Number.NaN); // before there is anything to go back to
    for (const wrong of [
      [Number.NaN, undefined],
      [undefined, Infinity],
      [Number.NaN, -Infinity],
    ] as const) {
      round(disturbed);
      round(calm);
      round(disturbed, ...wrong);
      expect((await disturbed.all()).numbers).toEqual((await calm.all()).numbers);
    }
    round(disturbed);
    await disturbed.all();
    expect(disturbed.opt.inspect().nonFinite).toBe(4);
    disturbed.dispose();
    calm.dispose();
  });

  test("are applied if asked", async () => {
    const { give, all, dispose } = start({ nonFinite: "apply" });
    give(Number.NaN);
    expect((await all()).numbers[1]![2]).toBeNaN();
    dispose();
  });
}
