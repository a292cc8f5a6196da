import { adamw } from "@descent/adam";
import { localSteps, optimizer } from "@descent/arrays";
import type { Configured, StateDict } from "@descent/core";
import { nesterov, sgd } from "@descent/sgd";
import { HANG } from "../../../tests/limits.ts";
import type { SharedWorld, World } from "../src/index.ts";
import { joinWorld } from "../src/threads.ts";
import { batch, gradients, type Model, model } from "./model.ts";

interface Half {
  readonly weights: Model;
  readonly state: StateDict;
}

export interface LocalOutcome {
  readonly weights: Model;
  /** In the middle between two exchanges. */
  readonly between: Model | undefined;
  readonly half: Half | undefined;
}

interface Asked {
  readonly name: string;
  readonly outer?: "mean" | "diloco";
  readonly send?: "bfloat16" | "int8";
  readonly from?: Half;
}

const outers: Readonly<Record<"mean" | "diloco", () => Configured>> = {
  mean: () => sgd({ lr: 1 }),
  diloco: () => nesterov({ lr: 0.7, momentum: 0.9 }),
};

const copy = ({ w1, w2 }: Model): Model => ({ w1: w1.slice(), w2: w2.slice() });

const bodies: Readonly<Record<string, (world: World<void>, asked: Asked) => unknown>> = {
  train: (world, { outer = "mean", send, from }): LocalOutcome => {
    const p = from ? copy(from.weights) : model(0);
    const local = localSteps({ every: 5, outer: outers[outer](), send });
    const opt = optimizer(p, adamw({ lr: 0.01 }), { world, local });
    if (from) opt.load(from.state);
    let [half, between] = [from, undefined as Model | undefined];
    while (opt.step < 20) {
      opt.update(gradients(p, batch(opt.step, world.rank, world.size)));
      if (opt.step === 10) half = { weights: copy(p), state: opt.state() };
      if (opt.step === 12) between = copy(p);
    }
    return { weights: p, between, half };
  },
  small: (world) => {
    const w = new Float32Array(300);
    const local = localSteps({ every: 1, outer: sgd({ lr: 1 }), send: "int8" });
    const opt = optimizer({ w }, sgd({ lr: 1 }), { world, local });
    // The first number of each block goes back and forth.
    for (let step = 0; step < 40; step++)
      opt.update({ w: Float32Array.from({ length: 300 }, (_, i) => (i % 256 === 0 ? (-1) ** step : 5e-4)) });
    return [...w].filter((_, i) => i % 256 !== 0);
  },
  early: (world) => {
    const p = model(0);
    const opt = optimizer(p, adamw(), { world, local: localSteps({ every: 5, outer: sgd({ lr: 1 }) }) });
    for (let step = 0; step < 2; step++) opt.update(gradients(p, batch(step, world.rank, world.size)));
    opt.state();
  },
};

export const run = (shared: SharedWorld, rank: number, asked: Asked): unknown =>
  bodies[asked.name]!(joinWorld(shared, rank, { timeout: HANG / 1000 }), asked);
