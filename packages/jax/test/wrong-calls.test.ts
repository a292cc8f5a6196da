import { adamw } from "@descent/adam";
import { numpy as np } from "@jax-js/jax";
import { wrongCalls } from "../../../tests/wrong-calls.ts";
import * as jax from "../src/index.ts";
import type { array } from "./target.ts";

const { transformation } = jax;
const one = (): { w: ReturnType<typeof array> } => ({ w: np.ones([2]) });
const solver = transformation(adamw());
const saved = await jax.toStateDict(solver.step(one(), solver.init(one()), one())[1]);
const arrays = [0, 1, 2] as const; // jax-js's own objects

wrongCalls(jax, {
  transformation: { args: () => [adamw(), {}], use: (made: jax.Transformation) => made.init(one()) },
  describe: {
    call: (describe: () => jax.Facts) => transformation(adamw(), { describe }).init(one()),
    args: () => [() => ({ role: "bias" })],
  },
  "the answer of describe": {
    call: (role: "bias", axes: { in: number[]; out: number[] }) =>
      transformation(adamw(), { describe: () => ({ role, axes }) }).init({ w: np.ones([2, 1]) }),
    args: () => ["bias", { in: [0], out: [1] }],
  },
  applyUpdates: { args: () => [one(), one()], foreign: [0, 1] },
  toStateDict: { args: () => [solver.init(one())], foreign: [0] },
  init: { call: (params: jax.Tree) => solver.init(params), args: () => [one()], foreign: [0] },
  update: {
    call: (grads: jax.Tree, state: jax.State, params: jax.Tree) => solver.update(grads, state, params),
    args: () => [one(), solver.init(one()), one()],
    foreign: arrays,
  },
  step: {
    call: (grads: jax.Tree, state: jax.State, params: jax.Tree) => solver.step(grads, state, params),
    args: () => [one(), solver.init(one()), one()],
    foreign: arrays,
  },
  readout: {
    call: (state: jax.State, params: jax.Tree) => solver.readout(state, params),
    args: () => [solver.init(one()), one()],
    foreign: [0, 1],
  },
  set: {
    call: (state: jax.State, hyper: Record<string, number>, group?: string) => solver.set(state, hyper, group),
    args: () => [solver.init(one()), { lr: 1 }, ""],
    foreign: [0],
  },
  inspect: { call: (state: jax.State) => solver.inspect(state), args: () => [solver.init(one())], foreign: [0] },
  load: {
    call: (state: typeof saved, params: jax.Tree) => solver.load(state, params, { strict: true }),
    args: () => [saved, one()],
    foreign: [1],
  },
});
