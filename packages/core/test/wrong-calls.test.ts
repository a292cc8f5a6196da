import { describe } from "vitest";
import { type GoodCalls, wrongCalls } from "../../../tests/wrong-calls.ts";
import * as adapter from "../src/adapter.ts";
import * as core from "../src/index.ts";
import { plain } from "./plain.ts";

const adam = core.rule({
  id: "adam",
  title: "Adam",
  paper: "",
  hyper: { lr: 1e-3, beta1: 0.9, beta2: 0.999, eps: 1e-8 },
  state: { m: 0, v: 0 },
  update: {
    m: "beta1 * m + (1 - beta1) * g",
    v: "beta2 * v + (1 - beta2) * g^2",
    p: "p - lr * m / (1 - beta1^t) / (sqrt(v / (1 - beta2^t)) + eps)",
  },
});
const parameter = { name: "w", shape: [2] };
const other = { name: "b", shape: [2] };
const spec = { ...adam };
const share = (): adapter.Share<Float64Array> => ({
  p: Float64Array.of(1, 2),
  inputs: { g: Float64Array.of(3, 4) },
});

function loop(configured: core.Configured = adam()): adapter.Loop<Float64Array> {
  const made = new adapter.Loop(plain, configured);
  made.add([parameter, other]);
  return made;
}
/** Steps with what a transform or group gave. */
const step = (configured: core.Configured): void => loop(configured).update({ w: share() });
const state = (): core.StateDict => {
  const l = loop();
  l.update({ w: share() });
  const tensorsOf = l.slots().map(({ key, shape, tensor }) => [key, { shape, data: Float32Array.from(tensor) }]);
  return { meta: l.meta(), tensors: Object.fromEntries(tensorsOf) };
};

describe("@descent/core", () => {
  const transform = (): GoodCalls[string] => ({ args: () => [adam(), 1], use: step });
  const decaying = (): GoodCalls[string] => ({ args: () => [adam(), 1, { decays: () => true }], use: step });
  wrongCalls(core, {
    OptimizerError: "an error takes any message",
    rule: { args: () => [spec], use: (made: core.Rule) => step(made()) },
    "rule(…)": { args: () => [{ lr: 0.1 }], call: adam, use: step },
    "rule({ id })": { args: () => ["adam"], call: (id: string) => core.rule({ ...spec, id }) },
    "rule({ title })": { args: () => ["Adam"], call: (title: string) => core.rule({ ...spec, title }) },
    "rule({ paper })": { args: () => [""], call: (paper: string) => core.rule({ ...spec, paper }) },
    "rule({ hyper })": { args: () => [adam.hyper], call: (hyper: typeof adam.hyper) => core.rule({ ...spec, hyper }) },
    "rule({ ranges })": { args: () => [{ lr: [0, 1] }], call: (ranges: object) => core.rule({ ...spec, ranges }) },
    "rule({ state })": { args: () => [adam.state], call: (s: typeof adam.state) => core.rule({ ...spec, state: s }) },
    "rule({ layout })": {
      args: () => [["out", "in"]],
      call: (layout: ["out", "in"]) => core.rule({ ...spec, layout }),
    },
    "rule({ needs })": { args: () => ["matrix"], call: (needs: "matrix") => core.rule({ ...spec, needs }) },
    "rule({ update })": {
      args: () => [adam.update],
      call: (u: typeof adam.update) => core.rule({ ...spec, update: u }),
    },
    "rule({ macros })": { args: () => [{}], call: (macros: adapter.Macros) => core.rule({ ...spec, macros }) },
    "rule({ before })": {
      args: () => [[{ g: "2 * g" }]],
      call: (before: adapter.Equations[]) => core.rule({ ...spec, id: "x", before }),
    },
    "an option": { args: () => [0.1], call: (lr: number) => adam({ lr }) },
    "decays, an option": { args: () => [() => true], call: (decays: () => boolean) => adam({ decays }), use: step },
    schedule: { args: () => ["1e-3 / (step + 1)"], use: (s: core.Schedule) => s(3) },
    "schedule(…)": { args: () => [3], call: core.schedule("1e-3 / (step + 1)") },
    partition: { args: () => [{ w: adam(), b: core.frozen() }, (p: core.Parameter) => p.name], use: step },
    "partition by selectors": { args: () => [{ a: adam(), b: adam() }, { a: /w/ }], call: core.partition, use: step },
    "a selector": {
      args: () => [/w/],
      call: (selector: adapter.Selector) => core.partition({ a: adam(), b: adam() }, { a: selector }),
      use: step,
    },
    matrices: { args: () => [parameter] },
    vectors: { args: () => [parameter] },
    embeddings: { args: () => [parameter] },
    norms: { args: () => [parameter] },
    biases: { args: () => [parameter] },
    freeze: { args: () => [adam(), "w"], use: step },
    frozen: { args: () => [], use: step },
    hypergradient: { args: () => [adam(), 1] },
    clipByValue: transform(),
    clipByNorm: transform(),
    clipByGlobalNorm: transform(),
    withL2: decaying(),
    transform: {
      args: () => [{ id: "twice", hyper: {}, after: { p: "p + (p - p0)" } }],
      use: (made) => step((made as core.Transform)(adam())),
    },
    decoupledDecay: decaying(),
    encodeState: { args: () => [state()] },
    "fromPlain, options": {
      args: () => [adapter.toPlain(adam(), [parameter]), { rules: {}, rename: (name: string) => name }],
      call: adapter.fromPlain,
      use: step,
    },
    "fromPlain, the rule": {
      args: () => [spec],
      call: (saved: adapter.PlainRule) => adapter.fromPlain({ kind: "rule", rule: saved, hyper: {} }),
      use: step,
    },
    "fromPlain, the hyper-parameters": {
      args: () => [{ lr: 1 }],
      call: (hyper: Record<string, number>) => adapter.fromPlain({ kind: "rule", rule: { ...adam }, hyper } as never),
      use: step,
    },
    decodeState: { args: () => [core.encodeState(state())] },
  });
});
