import { readFile } from "node:fs/promises";
import { adagrad, rmsprop } from "@descent/adagrad";
import { adam, adamw } from "@descent/adam";
import { optimizer } from "@descent/arrays";
import { ema } from "@descent/averaging";
import { arraysTargets, followGolden, type GoldenSetting, sampleData, TOLERANCE } from "@descent/conformance";
import { law } from "@descent/conformance/vitest";
import {
  type Configured,
  decoupledDecay,
  OptimizerError,
  partition,
  rule,
  schedule,
  transform,
  withL2,
} from "@descent/core";
import { galore } from "@descent/factored";
import { muon } from "@descent/orthogonal";
import { shampooBlocked } from "@descent/preconditioned";
import { momentum, sgd, sgld } from "@descent/sgd";
import { sam } from "@descent/sharpness";
import { describe, expect, test } from "vitest";
import {
  accumulate,
  agc,
  cautious,
  centralize,
  clipByBlockRms,
  clipUpdate,
  gradientNoise,
  graft,
  grokfast,
  grokfastMa,
  kahan,
  layerDecay,
  loraPlus,
  mup,
  normalize,
  orthograd,
  scaleUpdate,
  stochasticRounding,
  type WeightDecayOptions,
  weightDecay,
  zclip,
  zclipPercentile,
} from "../src/index.ts";

interface Setting extends GoldenSetting {
  readonly inner: "sgd" | "adam" | "momentum";
  readonly innerOptions: { readonly lr: number };
}
const transforms: Readonly<Record<string, (configured: Configured, options: never) => Configured>> = {
  accumulate,
  agc,
  cautious,
  centralize,
  clipByBlockRms,
  clipUpdate,
  gradientNoise,
  grokfast,
  grokfastMa,
  kahan,
  mup,
  normalize,
  orthograd,
  scaleUpdate,
  zclip,
  zclipPercentile,
};
const inner = { sgd, adam, momentum };

describe.each(arraysTargets().map((target) => [target.name, target] as const))("on %s", (_, target) => {
  test.each(Object.entries(transforms))("%s moves as its golden", async (name, around) => {
    const golden = JSON.parse(await readFile(new URL(`golden/${name}.json`, import.meta.url), "utf8")) as {
      settings: Setting[];
    }; // written by goldens/rounds.py
    expect(golden.settings.length).toBeGreaterThanOrEqual(2);
    for (const setting of golden.settings) {
      const configured = around(inner[setting.inner](setting.innerOptions), setting.options as never);
      const { error, tensor, step } = await followGolden(target, configured, setting);
      expect(error, `${setting.name}, \`${tensor}\` at step ${step}`).toBeLessThanOrEqual(TOLERANCE);
    }
  });
});

describe("weight decay", async () => {
  const { settings } = JSON.parse(await readFile(new URL("golden/weightDecay.json", import.meta.url), "utf8")) as {
    settings: (Setting & { readonly kind: NonNullable<WeightDecayOptions["kind"]> })[];
  }; // written by goldens/rounds.py
  test.each(settings)("$name moves as its golden, while the rate falls", async (setting) => {
    const { strength, maxLr } = setting.options as { strength: number; maxLr?: number };
    const { lr } = setting.innerOptions;
    const falling = inner[setting.inner]({ lr: schedule(`${lr} * (1 - step / 20)`) });
    for (const target of arraysTargets()) {
      const configured = weightDecay(falling, strength, { kind: setting.kind, maxLr });
      const { error, tensor, step } = await followGolden(target, configured, setting);
      expect(error, `${target.name}, \`${tensor}\` at step ${step}`).toBeLessThanOrEqual(TOLERANCE);
    }
  });

  const stepped = (configured: Configured, steps = 4, w: Float32Array = Float32Array.of(1, -2, 3)): Float32Array => {
    const opt = optimizer({ w }, configured);
    for (let t = 0; t < steps; t++) opt.update({ w: Float32Array.of(0.1, 0, -0.2) });
    return w;
  };
  test.each(["coupled", "decoupled", "independent", "corrected", "cautious", "proximal"] as const)(
    "%s may be scheduled, and masked",
    (kind) => {
      const plain = sgd({ lr: 0.1 });
      const options = kind === "corrected" ? { kind, maxLr: 0.2 } : { kind };
      const ending = schedule("step < 2 ? 0.5 : 0");
      const decayed = stepped(weightDecay(plain, 0.5, options), 2);
      expect(decayed).not.toEqual(stepped(plain, 2));
      expect(stepped(weightDecay(plain, ending, options))).toEqual(stepped(plain, 2, decayed)); // sgd keeps no state
      const none = { ...options, decays: () => false };
      expect(stepped(weightDecay(plain, 0.5, none))).toEqual(stepped(plain));
      expect(stepped(weightDecay(plain, ending, none))).toEqual(stepped(plain));
    },
  );
  test.each([
    [{ kind: "corrected" }, /Give it: \{ kind: "corrected", maxLr: 1e-3 \}/],
    [{ maxLr: 1 }, /maxLr is for the kind "corrected"; got it with "decoupled"/],
    [{ kind: "fixed" }, /coupled/],
    [{ decays: "all" }, /decays must be a function/],
  ])("refuses %o", (options, message) => {
    expect(() => weightDecay(sgd(), 0.1, options as never)).toThrow(message);
  });
});

describe("bfloat16 weights", () => {
  const rounded = (x: number): boolean => {
    const bits = new DataView(new ArrayBuffer(4));
    bits.setFloat32(0, x);
    return bits.getUint16(2) === 0;
  };
  const start = (): Float32Array => Float32Array.of(1, -3.5, 0.0078125, 250, 0, -(2 ** -66), 5e8);
  const g = Float32Array.of(0.3, -2, 1e-3, 7, 1e-3, 0, 3e5);
  test.each(arraysTargets().map((target) => [target.name] as const))("on %s every number is a bfloat16", () => {
    for (const around of [stochasticRounding, kahan]) {
      const w = start();
      const opt = optimizer({ w }, around(sgd({ lr: 0.013 })));
      for (let t = 0; t < 20; t++) {
        opt.update({ w: g });
        expect(Array.from(w, rounded)).toEqual(Array.from(w, () => true));
      }
      expect(w[5]).toBe(start()[5]); // no gradient, no step
    }
  });

  test("stochastic rounding takes one of two neighbours, in the mean the number itself, and the same again with its seed", () => {
    const n = 20_000;
    const to = 1 + 0.3 / 128; // three tenths of the way from 1 to the next bfloat16
    const moved = (seed: number): Float32Array => {
      const w = new Float32Array(n).fill(1);
      optimizer({ w }, stochasticRounding(sgd({ lr: 1 }), { seed })).update({ w: new Float32Array(n).fill(1 - to) });
      return w;
    };
    const w = moved(5);
    expect(new Set(w)).toEqual(new Set([1, 1 + 1 / 128]));
    const up = w.filter((x) => x > 1).length / n;
    expect(Math.abs(up - 0.3)).toBeLessThan(4 * Math.sqrt((0.3 * 0.7) / n));
    expect(moved(5)).toEqual(w);
    expect(moved(6)).not.toEqual(w);
  });

  test("steps far below a digit add up, and rounding to the nearest would lose them all", () => {
    const w = { kahan: Float32Array.of(1), lots: new Float32Array(400).fill(1) };
    const a = optimizer({ w: w.kahan }, kahan(sgd({ lr: 1 })));
    const b = optimizer({ w: w.lots }, stochasticRounding(sgd({ lr: 1 })));
    const step = 2 ** -12; // 1 ± half a digit is 1 ± 2^-8
    for (let t = 0; t < 256; t++) {
      a.update({ w: Float32Array.of(-step) });
      b.update({ w: new Float32Array(400).fill(-step) });
    }
    expect(w.kahan[0]).toBe(1 + 256 * step);
    expect(w.lots.reduce((sum, x) => sum + x) / 400).toBeCloseTo(1 + 256 * step, 3);
  });
});

describe("rates of groups", () => {
  const shapes = { embed: [2, 3], "block.0.w": [3, 3], "block.1.w": [3, 3], head: [3, 2] };
  const model = () =>
    Object.fromEntries(
      Object.entries(shapes).map(([name, shape]) => [
        name,
        { data: Float32Array.from({ length: shape[0]! * shape[1]! }, (_, i) => Math.sin(i + 1)), shape },
      ]),
    );
  /** How far each parameter went, relative to another configuration. */
  const farther = (a: Configured, b: Configured): Record<string, number> => {
    const moved = [a, b].map((configured) => {
      const [p, from] = [model(), model()];
      const opt = optimizer(p, configured);
      opt.update(Object.fromEntries(Object.entries(p).map(([name, { data }]) => [name, data.map(Math.cos)])));
      return Object.fromEntries(Object.entries(p).map(([name, { data }]) => [name, data[1]! - from[name]!.data[1]!]));
    });
    return Object.fromEntries(Object.entries(moved[0]!).map(([name, d]) => [name, d / moved[1]![name]!]));
  };
  const layer = ({ name }: { readonly name: string }): number =>
    ["embed", "block.0.w", "block.1.w", "head"].indexOf(name);
  const near = (wanted: Record<string, number>) =>
    Object.fromEntries(Object.entries(wanted).map(([name, x]) => [name, expect.closeTo(x, 4)]));

  test("layerDecay: each layer has a share of the next one's rate, as timm.optim.param_groups_layer_decay", () => {
    const layered = layerDecay(adamw({ lr: 0.1 }), { decay: 0.5, layers: 4, layer, least: 0.2 });
    expect(farther(layered, adamw({ lr: 0.1 }))).toEqual(
      near({ embed: 0.2, "block.0.w": 0.25, "block.1.w": 0.5, head: 1 }),
    );
    expect(() => optimizer(model(), layerDecay(adamw(), { layers: 3, layer }))).toThrow(
      /the layer of `head` must be a whole number from 0 to 2; got 3/,
    );
  });
  test("loraPlus: B goes ratio times as far, and A and the rest as the rule does", () => {
    const b = /^head/;
    expect(farther(loraPlus(sgd({ lr: 0.01 }), { ratio: 8, b }), sgd({ lr: 0.01 }))).toEqual(
      near({ embed: 1, "block.0.w": 1, "block.1.w": 1, head: 8 }),
    );
    const p = { "q.lora_A.weight": Float32Array.of(1), "q.lora_B.weight": Float32Array.of(1) };
    optimizer(p, loraPlus(sgd({ lr: 0.01 }))).update({
      "q.lora_A.weight": Float32Array.of(1),
      "q.lora_B.weight": Float32Array.of(1),
    });
    expect(p["q.lora_A.weight"][0]).toBeCloseTo(0.99, 5);
    expect(p["q.lora_B.weight"][0]).toBeCloseTo(0.84, 5);
    expect(() => optimizer(model(), loraPlus(sgd()))).toThrow(/selects nothing/);
  });
});

test("zclip lets a spike through no further than its deviations, and remembers the clipped one", () => {
  const w = Float32Array.of(0, 0);
  const opt = optimizer({ w }, zclip(sgd({ lr: 1 }), { warmup: 4, maxNorm: 100, threshold: 2 }));
  const norms = [1, 1.2, 0.8, 1];
  let before = 0;
  const far = (norm: number): number => {
    opt.update({ w: Float32Array.of(norm, 0) });
    const moved = before - w[0]!;
    before = w[0]!;
    return moved;
  };
  for (const norm of norms) expect(far(norm)).toBeCloseTo(norm, 5);
  const deviation = Math.sqrt(0.02); // of the four, whose mean is 1
  expect(far(50)).toBeCloseTo(1 + (4 * deviation) / (49 / deviation), 3);
  expect(far(1)).toBeCloseTo(1, 5);
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

  test("of a rule within caution and a clipped step is that of the mean", () => {
    const around = (configured: Configured): Configured => cautious(clipUpdate(configured, { limit: 0.05 }));
    const [small, big] = [copies(), copies()];
    const micro = optimizer(small, accumulate(around(adam({ lr: 0.1 })), { every: 4 }));
    const whole = optimizer(big, around(adam({ lr: 0.1 })));
    for (let k = 0; k < steps.length; k += 4) {
      for (const g of steps.slice(k, k + 4)) micro.update(g);
      whole.update({ w: mean("w", k, 4), b: mean("b", k, 4) });
      for (const name of ["w", "b"])
        for (const [i, x] of big[name]!.entries()) expect(Math.abs(small[name]![i]! - x)).toBeLessThan(1e-6);
    }
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

  const meta = JSON.parse(await readFile(new URL("golden/graft-shampoo.json", import.meta.url), "utf8")) as {
    settings: (GoldenSetting & {
      readonly inner: "sgd" | "adagrad" | "rmsprop" | "adam";
      readonly length: { readonly lr: number };
      readonly direction: { readonly lr: number; readonly eps: number; readonly blockSize: number };
    })[];
  }; // written by goldens/rounds.py
  describe.each(arraysTargets().map((target) => [target.name, target] as const))("on %s", (_, target) => {
    test.each(meta.settings)("grafts Shampoo's blocks one by one, as Meta's does: $name", async (setting) => {
      const length = { sgd, adagrad, rmsprop, adam }[setting.inner](setting.length);
      const configured = graft({ direction: shampooBlocked(setting.direction), length });
      const { error, tensor, step } = await followGolden(target, configured, setting);
      expect(error, `\`${tensor}\` at step ${step}`).toBeLessThanOrEqual(TOLERANCE);
    });
  });

  test("keeps the state of every block under its place, and that of the length as it is", () => {
    const w = { data: new Float32Array(12).fill(1), shape: [4, 3] };
    const opt = optimizer({ w }, graft({ direction: shampooBlocked({ blockSize: 2 }), length: adam() }));
    opt.update({ w: Float32Array.from({ length: 12 }, (_, i) => Math.cos(i)) });
    const { tensors } = opt.state();
    expect(Object.fromEntries(Object.entries(tensors).map(([key, { shape }]) => [key, shape.join("×")]))).toEqual({
      "direction.l[0,0]/w": "2×2",
      "direction.l[0,1]/w": "2×2",
      "direction.l[1,0]/w": "2×2",
      "direction.l[1,1]/w": "2×2",
      "direction.r[0,0]/w": "2×2",
      "direction.r[0,1]/w": "1×1",
      "direction.r[1,0]/w": "2×2",
      "direction.r[1,1]/w": "1×1",
      "length.m/w": "4×3",
      "length.v/w": "4×3",
    });
    expect(() => opt.set({ "direction.blockSize": 3 })).toThrow(/sizes its state/);
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
    ["a partition", () => graft({ direction: partition({ all: sgd() }, () => "all"), length: sgd() }), /`graft\(\{ direction \}\)` takes a rule; got a partition/], // biome-ignore format: one line
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
law(
  "accumulating one gradient of a rule within transforms that compare before and after changes nothing",
  accumulate(cautious(clipUpdate(agc(adam({ lr: 0.1 }), { clip: 0.5 }), { limit: 0.05 })), { every: 1 }),
  cautious(clipUpdate(agc(adam({ lr: 0.1 }), { clip: 0.5 }), { limit: 0.05 })),
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

law("a step of one scaled by 1 is the step", scaleUpdate(sgd({ lr: 0.25 }), { factor: 1 }), sgd({ lr: 0.25 }));
law("decoupled decay of Adam is core's", weightDecay(adam(), 0.1), decoupledDecay(adam(), 0.1));
law("coupled decay of Adam is core's L2", weightDecay(adam(), 0.1, { kind: "coupled" }), withL2(adam(), 0.1));
law("noise of variance 0 changes nothing", gradientNoise(adam(), { eta: 0 }), adam());
law("a limit that no step reaches changes nothing", clipUpdate(sgd({ lr: 0.5 }), { limit: 1e9 }), sgd({ lr: 0.5 }));
