import { readFile } from "node:fs/promises";
import { adam, adamw } from "@descent/adam";
import { optimizer } from "@descent/arrays";
import { arraysTargets, followGolden, type GoldenSetting, sampleData, TOLERANCE } from "@descent/conformance";
import { law } from "@descent/conformance/vitest";
import { OptimizerError, partition, rule, transform } from "@descent/core";
import { momentum, sgd } from "@descent/sgd";
import { sam } from "@descent/sharpness";
import { describe, expect, test } from "vitest";
import { accumulate, cautious } from "../src/index.ts";

interface Setting extends GoldenSetting {
  readonly inner: "sgd" | "adam" | "momentum";
  readonly innerOptions: { readonly lr: number };
}
const transforms = { accumulate, cautious };
const inner = { sgd, adam, momentum };

describe.each(arraysTargets().map((target) => [target.name, target] as const))("on %s", (_, target) => {
  test.each(Object.entries(transforms))("%s moves as its golden", async (name, around) => {
    const golden = JSON.parse(await readFile(new URL(`golden/${name}.json`, import.meta.url), "utf8")) as {
      settings: Setting[];
    }; // written by goldens/rounds.py
    expect(golden.settings).toHaveLength(2);
    for (const setting of golden.settings) {
      const configured = around(inner[setting.inner](setting.innerOptions), setting.options);
      const { error, tensor, step } = await followGolden(target, configured, setting);
      expect(error, `${setting.name}, \`${tensor}\` at step ${step}`).toBeLessThanOrEqual(TOLERANCE);
    }
  });
});

describe("accumulation", () => {
  const { starts, steps } = sampleData({ steps: 12 });
  const mean = (name: string, from: number, every: number): Float32Array =>
    Float32Array.from(
      steps[from]![name]!,
      (_, i) => steps.slice(from, from + every).reduce((sum, g) => sum + g[name]![i]!, 0) / every,
    );
  const copies = (): Record<string, Float32Array> =>
    Object.fromEntries(Object.entries(starts).map(([name, { data }]) => [name, data.slice()]));

  test.each([
    ["adamw", adamw({ lr: 0.1, weightDecay: 0.1 })],
    ["momentum", momentum({ lr: 0.1 })],
  ] as const)("makes four micro-batches one big batch, decay and bias correction included: %s", (_, configured) => {
    const [small, big] = [copies(), copies()];
    const micro = optimizer(small, accumulate(configured, { every: 4 }));
    const whole = optimizer(big, configured);
    for (let k = 0; k < steps.length; k += 4) {
      for (let i = 0; i < 4; i++) {
        const before = small.w!.slice();
        if (i > 0) expect(small.w).toEqual(before);
        micro.update(steps[k + i]!);
      }
      whole.update({ w: mean("w", k, 4), b: mean("b", k, 4) });
      for (const name of ["w", "b"])
        for (const [i, x] of big[name]!.entries()) expect(Math.abs(small[name]![i]! - x)).toBeLessThan(1e-6);
    }
  });

  test("leaves everything alone in between", () => {
    const small = copies();
    const opt = optimizer(small, accumulate(adamw({ lr: 0.1, weightDecay: 0.1 }), { every: 4 }));
    for (const g of steps.slice(0, 3)) opt.update(g);
    expect(small).toEqual(copies());
    const { tensors } = opt.state();
    expect(tensors["m/w"]!.data.every((x) => x === 0)).toBe(true);
    expect(tensors["accumulate.sum/w"]!.data.some((x) => x !== 0)).toBe(true);
  });

  test("nests: two of two are one of four", () => {
    const [nested, flat] = [copies(), copies()];
    const twice = transform({
      id: "twice",
      hyper: {},
      state: { sum: 0 },
      before: { sum: "sum + g", g: "sum / 2" },
      when: "t % 2 == 0",
      t: "t / 2",
      after: { sum: "0" },
    });
    const one = optimizer(nested, twice(accumulate(adam({ lr: 0.1 }), { every: 2 })));
    const four = optimizer(flat, accumulate(adam({ lr: 0.1 }), { every: 4 }));
    for (const g of steps) {
      one.update(g);
      four.update(g);
    }
    for (const [i, x] of flat.w!.entries()) expect(Math.abs(nested.w![i]! - x)).toBeLessThan(1e-6);
    expect(nested.w).not.toEqual(starts.w!.data);
  });

  test("of rounds of several phases is refused, and so is a wrong count", () => {
    expect(() => accumulate(sam(sgd()))).toThrow(/accumulate: SGD has phases/);
    expect(() => accumulate(sgd(), { every: 0 })).toThrow(OptimizerError);
    expect(() => transform({ id: "twice", hyper: {}, t: 2 as never })).toThrow(/`t` must be a count as text/);
  });
});

law("accumulating one gradient changes nothing", accumulate(adam(), { every: 1 }), adam());
law("caution where every step goes down changes nothing", cautious(sgd({ lr: 0.1 }), { eps: 1 }), sgd({ lr: 0.1 }));
law(
  "caution goes into every group",
  cautious(partition({ w: adam(), b: sgd({ lr: 0.1 }) }, { w: "w", b: "b" })),
  partition({ w: cautious(adam()), b: cautious(sgd({ lr: 0.1 })) }, { w: "w", b: "b" }),
);

test("a transform says of its rows of what they are, where the rule does not", () => {
  const rows = transform({ id: "rows", hyper: {}, layout: ["out", "in"], after: { p: "p / (1 + rowMean(p^2))" } });
  expect(() => rows(sgd())).not.toThrow();
  const strange = rule({ id: "strange", title: "Strange", paper: "", hyper: { lr: 0.1 }, state: {}, update: { p: "p - lr * rowMean(g)" } }); // biome-ignore format: one line
  expect(() => rows(strange())).toThrow(/rows: Strange has rows without saying of what/);
  const turned = rule({ ...strange, id: "turned", title: "Turned", layout: ["in", "out"] });
  expect(() => rows(turned())).toThrow(/rows: Turned has its rows where it needs columns/);
});
