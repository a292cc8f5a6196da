import { describe, expect, test } from "vitest";
import { assign, type Backend, Loop } from "../src/adapter.ts";
import {
  type Configured,
  clipByGlobalNorm,
  clipByNorm,
  clipByValue,
  decodeState,
  decoupledDecay,
  encodeState,
  freeze,
  frozen,
  type Parameter,
  partition,
  rule,
  type StateDict,
  schedule,
  withL2,
} from "../src/index.ts";
import { plain } from "./plain.ts";

const sgd = rule({ id: "sgd", title: "SGD", paper: "", hyper: { lr: 0.5 }, state: {}, update: { p: "p - lr * g" } });
const momentum = rule({
  id: "momentum",
  title: "Momentum",
  paper: "",
  hyper: { lr: 0.5, momentum: 0.5 },
  state: { b: 0, product: { place: "host", init: 1 } },
  update: { product: "product * momentum", b: "momentum * b + g", p: "p - lr * b * (1 - product)" },
});

const vector = (name: string, n: number, role?: Parameter["role"]): Parameter => ({ name, shape: [n], role });
const message = (f: () => unknown): string => {
  try {
    f();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error("nothing was thrown");
};

class Run {
  readonly loop: Loop<Float64Array>;
  readonly p: Record<string, Float64Array>;
  constructor(configured: Configured, parameters: readonly Parameter[], backend: Backend<Float64Array> = plain) {
    this.loop = new Loop(backend, configured);
    this.loop.add(parameters);
    this.p = Object.fromEntries(parameters.map((q) => [q.name, new Float64Array(q.shape[0]!).fill(1)]));
  }
  step(gradients: Record<string, readonly number[]>): this {
    this.loop.update(
      Object.fromEntries(
        Object.entries(gradients).map(([n, g]) => [n, { p: this.p[n]!, inputs: { g: Float64Array.from(g) } }]),
      ),
    );
    return this;
  }
  save(): StateDict {
    const tensors = Object.fromEntries(
      this.loop.slots().map(({ key, shape, tensor }) => [key, { shape, data: Float32Array.from(tensor) }]),
    );
    return { meta: this.loop.meta(), tensors };
  }
  load(state: StateDict, strict = true) {
    return this.loop.load(state, (tensor, data) => tensor.set(data), { strict });
  }
  values(name: string): number[] {
    return [...this.p[name]!];
  }
}
const one = (configured: Configured): Run => new Run(configured, [vector("w", 2)]);

describe("options", () => {
  test("of another rule are refused with those there are", () => {
    const wrong: object = { betas: 1 };
    expect(message(() => momentum(wrong))).toBe("Momentum has no option `betas`; it takes lr, momentum.");
    const near: object = { momentun: 1 };
    expect(message(() => momentum(near))).toContain("Did you mean `momentum`?");
  });
  test("must be finite numbers of their range, or schedules", () => {
    expect(message(() => sgd({ lr: Number.NaN }))).toBe("SGD: lr is NaN. It must be a finite number.");
    expect(message(() => sgd({ lr: Infinity }))).toContain("lr is Infinity");
    expect(message(() => sgd({ lr: -1 }))).toBe("SGD: lr is -1. It must be at least 0.");
    expect(message(() => momentum({ momentum: 1 }))).toContain("at least 0 and less than 1");
    const text: object = { lr: "1e-3" };
    expect(message(() => sgd(text))).toContain('lr is "1e-3". Give it a number, or a schedule');
  });
  test("must be numbers of float32, but a schedule may fade to less than that", () => {
    expect(message(() => sgd({ lr: 1e39 }))).toBe(
      "SGD: lr is 1e+39, which is infinite in float32, the precision of tensors. Give it at most 3.4e38.",
    );
    expect(message(() => sgd({ lr: 1e-46 }))).toBe(
      "SGD: lr is 1e-46, which is 0 in float32, the precision of tensors. Give it 0, or at least 1e-45.",
    );
    expect(message(() => one(sgd({ lr: () => 1e39 })).step({ w: [1, 1] }))).toContain("lr is 1e+39 at step 0");
    expect(one(sgd({ lr: () => 1e-46 })).step({ w: [1, 1] }).loop.step).toBe(1);
    expect(one(sgd({ lr: 1e-45 })).step({ w: [1, 1] }).loop.step).toBe(1);
  });
  test("that count must be whole", () => {
    const twice = rule({ ...sgd, id: "every", hyper: { lr: 1, every: 2 }, update: { p: "p - (t % every) * lr * g" } });
    expect(message(() => twice({ every: 2.5 }))).toContain("every is 2.5. It must be a whole number.");
  });
  test("that a schedule makes NaN stop the step it happens in, and nothing has moved", () => {
    const run = one(sgd({ lr: (step) => (step === 1 ? Number.NaN : 1) })).step({ w: [1, 1] });
    expect(message(() => run.step({ w: [1, 1] }))).toContain("lr is NaN at step 1");
    expect(run.values("w")).toEqual([0, 0]);
    expect(run.loop.step).toBe(1);
    const nested: object = { lr: () => () => 1 };
    expect(message(() => one(sgd(nested)).step({ w: [1, 1] }))).toContain("lr is a function at step 0");
  });
});

describe("the loop", () => {
  test("counts the updates each parameter has had, and those of the optimizer", () => {
    const run = new Run(momentum(), [vector("a", 1), vector("b", 1)]);
    run.step({ a: [1], b: [1] }).step({ a: [1] });
    const { parameters, step } = run.loop.inspect();
    expect([step, parameters.a!.t, parameters.b!.t]).toEqual([2, 2, 1]);
  });

  test("leaves a parameter without a gradient alone: no decay, no momentum, t stays", () => {
    const both = new Run(decoupledDecay(momentum(), 0.1), [vector("a", 1), vector("b", 1)]);
    both.step({ a: [1], b: [1] });
    const before = [both.values("b"), both.save().tensors["b/b"]];
    both.step({ a: [1] });
    expect([both.values("b"), both.save().tensors["b/b"]]).toEqual(before);
    expect(both.step({ a: [1], b: [0] }).values("b")).not.toEqual(before[0]);
  });

  test("does not count an update without any gradient", () => {
    expect(one(sgd()).step({}).loop.step).toBe(0);
  });

  test("asks a schedule for the number of updates done, and shows what the next will use", () => {
    const run = one(sgd({ lr: schedule("step + 1") }));
    expect(run.loop.inspect().groups[""]!.hyper.lr).toBe(1);
    run.step({ w: [1, 0] }).step({ w: [0, 1] });
    expect(run.values("w")).toEqual([0, -1]);
    expect(run.loop.inspect().groups[""]!.hyper.lr).toBe(3);
  });

  test("changes hyper-parameters on request, and refuses names there are none of", () => {
    const run = one(sgd());
    run.loop.set({ lr: 2 });
    expect(run.step({ w: [1, 1] }).values("w")).toEqual([-1, -1]);
    expect(message(() => run.loop.set({ beta1: 0.5 }))).toContain("no hyper-parameter `beta1` to set; there are `lr`");
    expect(message(() => run.loop.set({ lr: -2 }))).toContain("lr is -2");
    const text: object = { lr: "2" };
    expect(message(() => run.loop.set({ ...text }))).toBe(
      'SGD: lr is "2". Give it a number, or a schedule (a function of the step).',
    );
    expect(message(() => run.loop.set({ lr: 1 }, "head"))).toContain(
      'There is no group "head": all parameters have one rule. Leave the group out.',
    );
    expect(run.loop.inspect().groups[""]!.hyper.lr).toBe(2);
  });

  test("names the parameters there are when it is given another", () => {
    expect(
      message(() => one(sgd()).loop.update({ v: { p: new Float64Array(1), inputs: { g: new Float64Array(1) } } })),
    ).toBe("There is no parameter `v` here; there are `w` Did you mean `w`?".replace("`w` Did", "`w`. Did"));
  });

  test("refuses two parameters of one name and takes neither", () => {
    const loop = new Loop(plain, sgd());
    expect(message(() => loop.add([vector("a", 1), vector("a", 2)]))).toContain("two parameters named `a`");
    expect(loop.has("a")).toBe(false);
  });

  test("changes nothing when a backend fails", () => {
    let fail = false;
    const backend: Backend<Float64Array> = {
      ...plain,
      run(jobs) {
        if (fail) throw new Error("device lost");
        plain.run(jobs);
      },
    };
    const run = new Run(momentum(), [vector("w", 2)], backend).step({ w: [1, 2] });
    const before = [run.values("w"), run.save()];
    fail = true;
    expect(() => run.step({ w: [1, 2] })).toThrow("device lost");
    expect([run.values("w"), run.save()]).toEqual(before);
    fail = false;
    expect(run.step({ w: [3, 4] }).values("w")).toEqual(
      one(momentum())
        .step({ w: [1, 2] })
        .step({ w: [3, 4] })
        .values("w"),
    );
  });

  test("gives jobs of equal host values one array, so that backends can merge them", () => {
    const scalars: (readonly number[])[] = [];
    const spy: Backend<Float64Array> = {
      ...plain,
      run: (jobs) => {
        scalars.push(...jobs.map((j) => j.scalars));
      },
    };
    const run = new Run(sgd(), [vector("a", 1), vector("b", 5)], spy);
    run.step({ a: [1], b: [1, 1, 1, 1, 1] });
    expect(scalars[0]).toBe(scalars[1]);
  });

  test("frees every slot it allocated, once", () => {
    let live = 0;
    const counting: Backend<Float64Array> = {
      ...plain,
      slot: (...args) => {
        live++;
        return plain.slot(...args);
      },
      free: () => {
        live--;
      },
    };
    const run = new Run(momentum(), [vector("a", 1), vector("b", 1)], counting).step({ a: [1], b: [1] });
    expect(live).toBe(2);
    run.load(run.save());
    expect(live).toBe(2);
    run.loop.remove("a");
    run.loop.dispose();
    run.loop.dispose();
    expect(live).toBe(0);
    expect(message(() => run.step({ b: [1] }))).toContain("disposed of");
  });
});

describe("a partition", () => {
  const layers = [vector("conv1/kernel", 2), vector("conv1/bias", 2, "bias"), vector("dense/kernel", 2)];
  const labels = (c: Configured): string[] => assign(c, layers).map((a) => (a.leaf ? a.label : "frozen"));

  test("gives every parameter its rule, by function or by pattern, and one group may take the rest", () => {
    const groups = { fast: sgd({ lr: 1 }), slow: sgd({ lr: 0.1 }) };
    const byFunction = partition(groups, (p) => (p.name.startsWith("conv1") ? "fast" : "slow"));
    expect(labels(byFunction)).toEqual(["fast", "fast", "slow"]);
    expect(labels(partition(groups, { fast: /^conv1/ }))).toEqual(["fast", "fast", "slow"]);
    expect(labels(partition(groups, { fast: "dense/kernel", slow: (p) => p.name !== "dense/kernel" }))).toEqual([
      "slow",
      "slow",
      "fast",
    ]);
    const run = new Run(byFunction, layers).step({ "conv1/kernel": [1, 1], "dense/kernel": [1, 1] });
    expect([run.values("conv1/kernel"), run.values("dense/kernel")]).toEqual([
      [0, 0],
      [0.9, 0.9],
    ]);
  });

  test("nests, and its labels join", () => {
    const inner = partition({ kernels: momentum(), rest: frozen() }, { kernels: /kernel/ });
    expect(labels(partition({ conv: inner, rest: sgd() }, { conv: /^conv/ }))).toEqual([
      "conv/kernels",
      "frozen",
      "rest",
    ]);
  });

  test("lists the parameters of no group and of two", () => {
    const bad = partition({ a: sgd(), b: sgd() }, { a: /kernel/, b: /^conv1\/kernel/ });
    expect(message(() => labels(bad))).toBe(
      "partition: `conv1/bias` belong to no group; `conv1/kernel (a, b)` belong to several groups. Give every parameter exactly one group.",
    );
    const unknown = partition({ a: sgd() }, () => "c" as "a");
    expect(message(() => new Loop(plain, unknown).add(layers))).toContain("`conv1/kernel (c)`, `conv1/bias (c)`");
    expect(message(() => partition({ a: sgd(), b: sgd() }, {}))).toContain("`a`, `b` have no selector");
    expect(message(() => partition({}, {}))).toContain("no groups");
    const nothing: readonly string[] = [];
    expect(message(() => freeze(sgd(), nothing[0]!))).toBe(
      "freeze: parameters are selected by a name, a pattern or a function; got undefined.",
    );
  });

  test("freezes in one line: a frozen parameter never moves and has no state", () => {
    const run = new Run(freeze(decoupledDecay(momentum(), 0.1), /^conv1/), layers);
    run.step({ "conv1/kernel": [1, 1], "dense/kernel": [1, 1] });
    expect(run.values("conv1/kernel")).toEqual([1, 1]);
    expect(run.loop.slots().map((s) => s.key)).toEqual(["b/dense/kernel"]);
    expect(run.loop.inspect().parameters["conv1/kernel"]!.group).toBeUndefined();
  });
});

describe("transforms", () => {
  test("clip every element, every tensor or the whole model", () => {
    const g = { a: [3, -4], b: [12] };
    const moved = (c: Configured): number[] => {
      const run = new Run(c, [vector("a", 2), vector("b", 1)]).step(g);
      return [...run.values("a"), ...run.values("b")].map((x) => 1 - x);
    };
    const expectClose = (actual: number[], expected: number[]): void =>
      actual.forEach((x, i) => {
        expect(x).toBeCloseTo(expected[i]!, 12);
      });
    expectClose(moved(clipByValue(sgd({ lr: 1 }), 3.5)), [3, -3.5, 3.5]);
    expectClose(moved(clipByNorm(sgd({ lr: 1 }), 2.5)), [1.5, -2, 2.5]);
    expectClose(moved(clipByGlobalNorm(sgd({ lr: 1 }), 6.5)), [1.5, -2, 6]);
    expectClose(moved(clipByGlobalNorm(sgd({ lr: 1 }), 14)), [3, -4, 12]);
  });

  test("take one norm over the groups of a partition they are put around", () => {
    const c = clipByGlobalNorm(partition({ a: sgd({ lr: 1 }), b: momentum({ lr: 2, momentum: 0 }) }, { a: "a" }), 6.5);
    const run = new Run(c, [vector("a", 2), vector("b", 1)]).step({ a: [3, 4], b: [12] });
    expect(run.values("a")[0]).toBeCloseTo(1 - 1.5, 12);
    expect(run.values("b")[0]).toBeCloseTo(1 - 2 * 6, 12);
  });

  test("survive a zero gradient", () => {
    expect(
      one(clipByGlobalNorm(clipByNorm(sgd(), 1), 1))
        .step({ w: [0, 0] })
        .values("w"),
    ).toEqual([1, 1]);
  });

  test("see the gradient from the outside in", () => {
    const l2First = one(withL2(clipByValue(sgd({ lr: 1 }), 1), 10)).step({ w: [0, 0] });
    const clipFirst = one(clipByValue(withL2(sgd({ lr: 1 }), 10), 1)).step({ w: [0, 0] });
    expect(l2First.values("w")).toEqual([0, 0]);
    expect(clipFirst.values("w")).toEqual([-9, -9]);
  });

  test("decay kernels and what has no role, not biases and norms, unless told otherwise; inspect shows it", () => {
    const parameters = [vector("k", 1, "kernel"), vector("b", 1, "bias"), vector("n", 1, "norm"), vector("u", 1)];
    const zero = { k: [0], b: [0], n: [0], u: [0] };
    const after = (c: Configured): number[] => Object.values(new Run(c, parameters).step(zero).p).map((x) => x[0]!);
    expect(after(decoupledDecay(sgd({ lr: 1 }), 0.5))).toEqual([0.5, 1, 1, 0.5]);
    expect(after(withL2(sgd({ lr: 1 }), 0.5))).toEqual([0.5, 1, 1, 0.5]);
    expect(after(decoupledDecay(sgd({ lr: 1 }), 0.5, { decays: (p) => p.role === "bias" }))).toEqual([1, 0.5, 1, 1]);
    const { parameters: seen } = new Run(decoupledDecay(sgd(), 0.1), parameters).loop.inspect();
    expect(Object.values(seen).map((p) => p.decays)).toEqual([true, false, false, true]);
  });

  test("take schedules, and refuse nonsense and a second helping", () => {
    const run = one(clipByValue(sgd({ lr: 1 }), schedule("step + 1")))
      .step({ w: [9, 9] })
      .step({ w: [9, 9] });
    expect(run.values("w")).toEqual([-2, -2]);
    expect(message(() => clipByValue(sgd(), Number.NaN))).toContain("clipByValue: limit is NaN");
    expect(message(() => decoupledDecay(decoupledDecay(sgd(), 0.1), 0.1))).toContain(
      "has an option `weightDecay` already",
    );
  });
});

describe("state", () => {
  const trained = (): Run =>
    one(momentum())
      .step({ w: [1, -2] })
      .step({ w: [0.25, 3] });

  test("saved as safetensors and loaded continues exactly, host slots and schedules included", () => {
    const lr = schedule("0.5 / (step + 1)");
    const uninterrupted = one(momentum({ lr }))
      .step({ w: [1, -2] })
      .step({ w: [0.25, 3] });
    const bytes = encodeState(uninterrupted.save());
    const resumed = one(momentum({ lr }));
    resumed.p.w!.set(uninterrupted.p.w!);
    const report = resumed.load(decodeState(bytes));
    expect(report).toEqual({ loaded: ["w"], missing: [], unexpected: [], mismatched: [], resized: [], changed: [] });
    for (const run of [uninterrupted, resumed]) run.step({ w: [7, 11] });
    expect(resumed.values("w")).toEqual(uninterrupted.values("w"));
    expect(resumed.save()).toEqual(uninterrupted.save());
  });

  test("of another rule, another shape or other parameters is refused whole, with all the reasons", () => {
    const state = trained().save();
    expect(message(() => one(sgd()).load(state))).toContain("`w` was trained by momentum and now has sgd");
    const other = new Run(momentum(), [vector("w", 3), vector("x", 1)]);
    const text = message(() => other.load(state));
    expect(text).toContain("it does not know `x`");
    expect(text).toContain("`w` was saved with shape [2] and has shape [3]");
    expect(text).toContain("Nothing was loaded");
    expect(other.loop.step).toBe(0);
    expect(message(() => new Run(momentum(), [vector("v", 2)]).load(state))).toContain(
      "it has `w`, which this optimizer",
    );
    const { "b/w": _, ...fewer } = state.tensors;
    expect(message(() => one(momentum()).load({ ...state, tensors: fewer }))).toContain("`w` lacks the state `b`");
  });

  test("in part on request, with a report of what did not match", () => {
    const both = new Run(momentum(), [vector("w", 2), vector("x", 1)]);
    const report = both.load(trained().save(), false);
    expect(report).toEqual({ loaded: ["w"], missing: ["x"], unexpected: [], mismatched: [], resized: [], changed: [] });
    expect(both.loop.inspect().parameters.w!.t).toBe(2);
    expect(both.loop.inspect().parameters.x!.t).toBe(0);
  });

  test("says which hyper-parameters differ from those it was saved with, and keeps the new ones", () => {
    expect(one(momentum({ lr: 0.25 })).load(trained().save()).changed).toEqual(["lr"]);
    expect(one(momentum({ lr: schedule("0.5") })).load(trained().save()).changed).toEqual(["lr"]);
  });

  test("of another version or damaged is refused", () => {
    const state = trained().save();
    const meta = (change: object): StateDict => ({ ...state, meta: { ...state.meta, ...change } });
    expect(message(() => one(momentum()).load(meta({ version: 2 })))).toContain(
      "version 2, and this release reads version 1",
    );
    expect(message(() => one(momentum()).load(meta({ step: -1 })))).toContain(
      "its `step` must be a whole number, 0 or above; got -1",
    );
    expect(message(() => one(momentum()).load(meta({ parameters: { w: { t: 1 } } })))).toContain("parameter `w`");
    const short = { ...state, tensors: { "b/w": { shape: [2], data: new Float32Array(1) } } };
    expect(message(() => one(momentum()).load(short))).toContain("`b/w` of shape [2] holds 1 numbers");
  });
});
