import { optimizer } from "@descent/arrays";
import { displacementError, TOLERANCE } from "@descent/conformance";
import type { Configured, Schedule } from "@descent/core";
import { expect, test } from "vitest";
import * as torch from "../src/torch/index.ts";
import { apart, type Golden, golden, off, said } from "./golden.ts";

interface Schedules {
  readonly steps: readonly number[];
  readonly cases: readonly {
    readonly name: string;
    readonly rate?: number | null;
    readonly options?: object;
    readonly parts?: readonly (readonly [name: string, rate: number, options: object])[];
    readonly lambda?: readonly number[];
    readonly values: readonly number[];
    readonly momentum?: readonly number[];
  }[];
}

const made = golden("torch") as Golden & {
  readonly schedules: Schedules;
  readonly tools: Readonly<Record<string, Golden["cases"][number]["path"]>>;
};
const door: Readonly<Record<string, unknown>> = torch;
const call = <T>(name: string, ...args: readonly unknown[]): T =>
  (door[name] as (...args: readonly unknown[]) => T)(...args);

test.each(made.cases.map((one) => [said(one), one] as const))("%s moves as PyTorch does", (_, one) => {
  expect(apart(call<Configured>(one.name, one.options), one, made)).toBeLessThan(TOLERANCE);
});

// PyTorch's recursions gather rounding.
test.each(made.schedules.cases.map((one) => [`${one.name}(${JSON.stringify(one.options ?? {})})`, one] as const))(
  "%s has PyTorch's values",
  (_, { name, rate, options = {}, parts, lambda, values, momentum }) => {
    const { steps } = made.schedules;
    const given = lambda ? { lr_lambda: (step: number) => lambda[step] } : options;
    if (momentum) {
      const cycle = call<torch.Cycle>(name, given);
      expect(off(cycle.momentum, steps, momentum)).toBeLessThan(1e-12);
      return expect(off(cycle.lr, steps, values)).toBeLessThan(1e-12);
    }
    const schedule = parts
      ? call<Schedule>(
          name,
          parts.map(([part, lr, o]) => call<Schedule>(part, lr, o)),
          ...(name === "SequentialLR" ? [given] : []),
        )
      : call<Schedule>(name, rate, given);
    expect(off(schedule, steps, values)).toBeLessThan(1e-12);
  },
);

test("a schedule that PyTorch steps once per epoch holds its value for the updates of one", () => {
  const each = torch.stepsPerEpoch(100, torch.StepLR(1, { step_size: 2, gamma: 0.5 }));
  expect([0, 99, 199, 200, 399, 400].map(each)).toEqual([1, 1, 1, 0.5, 0.5, 0.25]);
});

test("an average of weights begins where its rate begins to go to its own", () => {
  const before = torch.ExponentialLR(0.3, { gamma: 0.9 });
  const swa = torch.SWALR(before(5), { swa_lr: 0.05, anneal_epochs: 2, anneal_strategy: "linear" });
  const lr = torch.SequentialLR([before, swa], { milestones: [5] });
  expect([4, 5, 6, 7, 8].map(lr)).toEqual([before(4), before(5), (before(5) + 0.05) / 2, 0.05, 0.05]);
});

test("schedulers that set the rate, or start from another, are not chained", () => {
  const chain = torch.ChainedScheduler as (schedulers: unknown) => unknown;
  const step = torch.StepLR(0.1, { step_size: 5 });
  expect(() => chain([step, torch.LambdaLR(0.1, { lr_lambda: () => 1 })])).toThrow(
    "ChainedScheduler: number 1 does not change the rate that it finds, but sets it. It takes StepLR",
  );
  expect(() => chain([step, torch.LinearLR(0.2)])).toThrow("the schedulers start from `0.1`, `0.2`");
  expect(() => chain([])).toThrow("ChainedScheduler takes a list of schedulers");
});

test("Adafactor refuses what PyTorch factors otherwise", () => {
  const conv = { data: new Float32Array(8), shape: [2, 1, 2, 2] };
  expect(() => optimizer({ conv }, torch.Adafactor())).toThrow(
    "Adafactor: PyTorch factors the last two dimensions, and `conv` has shape [2, 1, 2, 2]",
  );
});

test("ReduceLROnPlateau cuts when a metric has stalled for longer than its patience", () => {
  const lr = torch.ReduceLROnPlateau(1, { patience: 1, factor: 0.5 });
  expect([3, 2, 2, 2, 2].map((metric) => lr.update(metric))).toEqual([1, 1, 1, 0.5, 0.5]);
});

const data = "every option off its default, large eps";
const sgd = torch.SGD({ lr: 0.05 });
test.each([
  ["clip_grad_norm_", torch.clip_grad_norm_(sgd, 1.5)],
  ["clip_grad_value_", torch.clip_grad_value_(sgd, 0.4)],
])("%s clips as PyTorch does", (name, configured) => {
  expect(apart(configured, { name, options: {}, data, path: made.tools[name]! }, made)).toBeLessThan(TOLERANCE);
});

test.each([
  ["AveragedModel", torch.AveragedModel(sgd)],
  ["get_ema_multi_avg_fn", torch.AveragedModel(sgd, { multi_avg_fn: torch.get_ema_multi_avg_fn(0.6) })],
])("%s averages as PyTorch does", (name, configured) => {
  const { parameters, gradients } = made.data[data]!;
  const arrays = Object.fromEntries(
    Object.entries(parameters).map(([tensor, { start }]) => [tensor, Float32Array.from(start)]),
  );
  const opt = optimizer(arrays, configured);
  for (const [k, now] of gradients.entries()) {
    opt.update(Object.fromEntries(Object.entries(now).map(([tensor, g]) => [tensor, Float32Array.from(g)])));
    opt.withReadout(() => {
      for (const [tensor, x] of Object.entries(made.tools[name]![k] ?? {}))
        expect(displacementError(arrays[tensor]!, x, parameters[tensor]!.start)).toBeLessThan(TOLERANCE);
    });
  }
});

test("options that say how PyTorch computes, and misspelt ones, are refused by name", () => {
  const adam: (options: object) => unknown = torch.Adam;
  expect(() => adam({ fused: true })).toThrow("Adam: `fused` cannot be had here: it says how PyTorch loops");
  expect(adam({ foreach: null, capturable: false })).toEqual(torch.Adam());
  expect(() => adam({ beta: [0.9, 0.99] })).toThrow("Adam has no option `beta`; it takes `lr`, `betas`");
  expect(() => adam({ betas: [0.9] })).toThrow("Adam: `betas` must be 2 numbers, [0.9, 0.999]; got a list of 1.");
  expect(() => adam({ lr: "0.1" })).toThrow('Adam: `lr` must be a number or a schedule; got "0.1".');
  expect(() => torch.SGD({ momentum: 0.9, dampening: 0.1, nesterov: true })).toThrow("no `dampening`");
  expect(() => (torch.Muon as typeof adam)({ ns_steps: 3 })).toThrow("Muon: `ns_steps` cannot be had here");
});
