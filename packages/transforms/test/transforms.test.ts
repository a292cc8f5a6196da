import { readFile } from "node:fs/promises";
import { adam, adamw } from "@descent/adam";
import { optimizer } from "@descent/arrays";
import { ema } from "@descent/averaging";
import { arraysTargets, followGolden, type GoldenSetting, sampleData, TOLERANCE } from "@descent/conformance";
import { law } from "@descent/conformance/vitest";
import { OptimizerError, partition, rule, transform } from "@descent/core";
import { galore } from "@descent/factored";
import { muon } from "@descent/orthogonal";
import { momentum, sgd, sgld } from "@descent/sgd";
import { sam } from "@descent/sharpness";
import { describe, expect, test } from "vitest";
import { accumulate, cautious, graft } from "../src/index.ts";

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

  test("goes on with another number of micro-batches, each step by the mean of its own", () => {
    const [small, big] = [copies(), copies()];
    const micro = optimizer(small, accumulate(ema(adamw({ lr: 0.1 })), { every: 4 }));
    const whole = optimizer(big, ema(adamw({ lr: 0.1 })));
    const both = (from: number, every: number): void => {
      for (const g of steps.slice(from, from + every)) micro.update(g);
      whole.update({ w: mean("w", from, every), b: mean("b", from, every) });
      for (const read of [
        (use: () => void) => use(),
        (use: () => void) => micro.withReadout(() => whole.withReadout(use)),
      ])
        read(() => {
          for (const name of ["w", "b"])
            for (const [i, x] of big[name]!.entries()) expect(Math.abs(small[name]![i]! - x)).toBeLessThan(1e-6);
        });
    };
    both(0, 4);
    micro.set({ "accumulate.every": 2 });
    both(4, 2);
    both(6, 2);
    for (const g of steps.slice(8, 9)) micro.update(g);
    micro.set({ "accumulate.every": 3 });
    for (const g of steps.slice(9, 11)) micro.update(g);
    whole.update({ w: mean("w", 8, 3), b: mean("b", 8, 3) });
    for (const [i, x] of big.w!.entries()) expect(Math.abs(small.w![i]! - x)).toBeLessThan(1e-6);
    expect(() => micro.set({ "accumulate.every": 2.5 })).toThrow("accumulate.every is 2.5. It must be a whole number.");
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

describe("graft", async () => {
  const { settings } = JSON.parse(await readFile(new URL("golden/graft.json", import.meta.url), "utf8")) as {
    settings: (GoldenSetting & {
      readonly length: { readonly lr: number };
      readonly direction: { readonly lr: number };
    })[];
  }; // written by goldens/rounds.py
  describe.each(arraysTargets().map((target) => [target.name, target] as const))("on %s", (_, target) => {
    test.each(settings)("goes as far as SGD where Adam goes: $name", async (setting) => {
      const configured = graft({ direction: adam(setting.direction), length: sgd(setting.length) });
      const { error, tensor, step } = await followGolden(target, configured, setting);
      expect(error, `\`${tensor}\` at step ${step}`).toBeLessThanOrEqual(TOLERANCE);
    });
  });

  test("saves under the names of its rules", () => {
    const w = Float32Array.of(1, -2);
    const opt = optimizer({ w }, graft({ direction: adam(), length: momentum({ lr: 0.1 }) }));
    opt.update({ w: Float32Array.of(1, 3) });
    opt.set({ "direction.beta1": 0.5, "length.lr": 0.2 });
    expect(() => opt.set({ "direction.beta1": 1 })).toThrow(/direction.beta1 is 1/);
    const { meta, tensors } = opt.state();
    expect(Object.keys(tensors).sort()).toEqual(["direction.m/w", "direction.v/w", "length.b/w"]);
    expect(meta.groups[""]!.rule).toBe("graft-adam-momentum");
    expect(opt.inspect().groups[""]!.rule).toBe("Graft of Adam and Momentum");
    const other = optimizer({ w: w.slice() }, graft({ direction: momentum(), length: adam() }));
    expect(() => other.load(opt.state())).toThrow(/was trained by graft-adam-momentum/);
  });

  test("nests, draws, sizes state and keeps layouts", () => {
    const p = { w: Float32Array.from({ length: 12 }, (_, i) => Math.sin(i + 1)) };
    const inner = graft({ direction: muon(), length: sgd({ lr: 0.1 }) });
    const opt = optimizer(
      { w: { data: p.w, shape: [3, 4] } },
      graft({ direction: galore({ rank: 2 }), length: graft({ direction: sgld({ lr: 0.1 }), length: inner }) }),
    );
    for (let t = 0; t < 3; t++) opt.update({ w: Float32Array.from({ length: 12 }, (_, i) => Math.cos(i * t + 1)) });
    expect(p.w.every(Number.isFinite)).toBe(true);
    expect(Object.keys(opt.state().tensors)).toContain("length.length.direction.m/w");
    expect(() => opt.set({ "direction.rank": 1 })).toThrow(/sizes its state/);
  });

  test.each([
    ["phases", () => graft({ direction: sam(sgd()), length: sgd() }), /has phases/],
    ["a readout", () => graft({ direction: ema(sgd()), length: sgd() }), /has a readout/],
    ["a partition", () => graft({ direction: partition({ all: sgd() }, () => "all"), length: sgd() }), /must be a rule; got a partition/], // biome-ignore format: one line
    ["a missing rule", () => graft({ direction: sgd() } as never), /`length`/],
    ["an unknown part", () => graft({ direction: sgd(), length: sgd(), size: sgd() } as never), /size/],
    ["two masks", () => graft({ direction: sgd({ decays: () => true }), length: sgd({ decays: () => false }) }), /decays/], // biome-ignore format: one line
  ])("is refused with %s", (_, make, message) => {
    expect(make).toThrow(OptimizerError);
    expect(make).toThrow(message);
  });
});

law(
  "a graft of a rule on itself is the rule",
  graft({ direction: sgd({ lr: 0.5 }), length: sgd({ lr: 0.5 }) }),
  sgd({ lr: 0.5 }),
);
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
