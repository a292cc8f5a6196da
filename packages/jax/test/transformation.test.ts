import { readFileSync } from "node:fs";
import { adam, adamw } from "@descent/adam";
import { optimizer } from "@descent/arrays";
import { clipByGlobalNorm, freeze } from "@descent/core";
import { scheduleFreeSgd } from "@descent/schedule-free";
import { cosine } from "@descent/schedules";
import { momentum, sgd } from "@descent/sgd";
import { sam } from "@descent/sharpness";
import { grad, type Array as JaxArray, jit, numpy as np, tree } from "@jax-js/jax";
import { expect, test } from "vitest";
import { applyUpdates, type State, toStateDict, transformation } from "../src/index.ts";
import { array, numbers } from "./target.ts";

const values = (n: number, seed: number): Float32Array =>
  Float32Array.from({ length: n }, (_, i) => Math.sin(seed + 1.7 * i));
const make = (seed = 0) => ({
  dense: { kernel: array(values(6, seed), [2, 3]), bias: array(values(3, seed + 1), [3]) },
});
type Params = ReturnType<typeof make>;
const kernel = (params: Params): Promise<Float32Array> => numbers(params.dense.kernel);
const free = (...trees: object[]): void => {
  for (const one of trees) tree.dispose(one as never); // the `meta` of a state is passed over
};
const twice = <T extends object>(one: T): T => tree.ref(one as never); // as above

test("steps a tree like the arrays of @descent/arrays, schedules and clipping included", async () => {
  const rule = clipByGlobalNorm(adamw({ lr: cosine({ from: 0.1, to: 0.01, over: 20 }), weightDecay: 0.1 }), 0.5);
  const solver = transformation(rule);
  let params = make();
  let state = solver.init(tree.ref(params));
  const kernels = {
    "dense/kernel": { data: values(6, 0), shape: [2, 3] },
    "dense/bias": { data: values(3, 1), shape: [3] },
  };
  const opt = optimizer(kernels, rule);
  for (let k = 1; k <= 5; k++) {
    [params, state] = solver.step(make(10 * k), state, params);
    opt.update({ "dense/kernel": values(6, 10 * k), "dense/bias": values(3, 10 * k + 1) });
  }
  const [actual, expected] = [await kernel(params), kernels["dense/kernel"].data];
  for (const [i, x] of actual.entries()) expect(x).toBeCloseTo(expected[i]!, 6);
  const [mine, theirs] = [await toStateDict(state), opt.state()];
  expect(mine.meta).toEqual(theirs.meta);
  expect(Object.keys(mine.tensors).sort()).toEqual(Object.keys(theirs.tensors).sort());
  free(params, state);
});

test("hands checkpoints to other backends, and goes on from theirs", async () => {
  const opt = optimizer({ "dense/kernel": values(6, 0), "dense/bias": values(3, 1) }, adam());
  opt.update({ "dense/kernel": values(6, 5), "dense/bias": values(3, 6) });
  const solver = transformation(adam());
  const params = make();
  const saved = opt.state();
  const flat = { ...saved.meta.parameters };
  const fitted = {
    ...saved,
    meta: { ...saved.meta, parameters: { ...flat, "dense/kernel": { ...flat["dense/kernel"]!, shape: [2, 3] } } },
    tensors: Object.fromEntries(
      Object.entries(saved.tensors).map(([key, t]) => [key, key.endsWith("kernel") ? { ...t, shape: [2, 3] } : t]),
    ),
  };
  const { state, report } = solver.load(fitted, tree.ref(params));
  expect(report.loaded).toEqual(["dense/kernel", "dense/bias"]);
  const back = await toStateDict(state);
  expect(back.tensors["m/dense/kernel"]!.data).toEqual(saved.tensors["m/dense/kernel"]!.data);
  expect(back.meta.step).toBe(1);
  free(params, state);
});

test("a state moves to a tree with new, removed, renamed and larger arrays, and goes on as it would have", async () => {
  const solver = transformation(adam({ lr: 0.1 }));
  const [a, b, c] = [values(3, 1), values(2, 2), values(4, 3)];
  let params: Record<string, JaxArray> = { a: array(a, [3]), b: array(b, [2]), c: array(c, [2, 2]) };
  let state = solver.init(tree.ref(params));
  const first = { a: array(values(3, 4), [3]), b: array(values(2, 5), [2]), c: array(values(4, 6), [2, 2]) };
  [params, state] = solver.step(first, state, params);
  const saved = await toStateDict(state);
  const kept = await numbers(params.a!);
  free(params, state);

  params = { renamed: array(kept, [3]), c: np.zeros([3, 2]), fresh: array(values(2, 7), [2]) };
  const options = { rename: { a: "renamed" }, resize: "pad" } as const;
  expect(() => solver.load(saved, params, options)).toThrow("fresh"); // and consumes nothing
  const loaded = solver.load(saved, tree.ref(params), { strict: false, ...options });
  expect(loaded.report).toMatchObject({
    loaded: ["renamed", "c"],
    resized: ["c"],
    missing: ["fresh"],
    unexpected: ["b"],
  });
  const wide = await toStateDict(loaded.state);
  expect([...wide.tensors["m/c"]!.data]).toEqual([...saved.tensors["m/c"]!.data, 0, 0]);
  [params, state] = solver.step({ renamed: array(values(3, 8), [3]) }, loaded.state, params);

  const alone = { a: a.slice() };
  const opt = optimizer(alone, adam({ lr: 0.1 }));
  opt.update({ a: values(3, 4) });
  opt.update({ a: values(3, 8) });
  for (const [i, x] of (await numbers(params.renamed!)).entries()) expect(x).toBeCloseTo(alone.a[i]!, 6);
  free(params, state);
});

test("a state is a value: what was kept of it goes on as if the other branch did not exist", async () => {
  const solver = transformation(adam({ lr: 0.1 }));
  let params = make();
  let state = solver.init(tree.ref(params));
  [params, state] = solver.step(make(1), state, params);
  const [paramsThen, then] = [tree.ref(params), twice(state)];
  [params, state] = solver.step(make(2), state, params);
  [params, state] = solver.step(make(3), state, params);
  let [again, next]: [Params, State] = solver.step(make(2), then, paramsThen);
  [again, next] = solver.step(make(3), next, again);
  expect(await kernel(again)).toEqual(await kernel(params));
  expect((await toStateDict(next)).meta).toEqual((await toStateDict(state)).meta);
  free(params, state, again, next);
});

test("slots that were replaced count: momentum set to zero is gone", async () => {
  const solver = transformation(momentum({ lr: 1, momentum: 0.9 }));
  let params = { w: array(values(3, 0), [3]) };
  let state = solver.init(tree.ref(params));
  [params, state] = solver.step({ w: np.ones([3]) }, state, params);
  const cleared = {
    ...state,
    tensors: Object.fromEntries(Object.keys(state.tensors).map((key) => [key, np.zeros([3])])),
  };
  tree.dispose(state.tensors);
  const before = await numbers(params.w);
  [params, state] = solver.step({ w: np.ones([3]) }, cleared, params);
  expect([...(await numbers(params.w))]).toEqual([...before].map((x) => Math.fround(x - 1)));
  expect(() => solver.step({ w: np.ones([3]) }, { ...state, tensors: { a: np.zeros([3]) } }, params)).toThrow(
    "The state's tensor",
  );
  free(params, state);
});

test("update returns differences, zero for what is frozen and none for what had no gradient", async () => {
  const solver = transformation(freeze(sgd({ lr: 1 }), ({ name }) => name === "k"));
  const params = { k: np.ones([2]), b: np.ones([2]), c: np.ones([2]) };
  let state = solver.init(tree.ref(params));
  const grads = { k: np.ones([2]), b: np.array([1, 3]) };
  const [updates, next] = solver.update(grads, state, tree.ref(params));
  state = next;
  expect(Object.keys(updates)).toEqual(["k", "b"]);
  expect([await numbers(updates.k), await numbers(updates.b)].map((x) => [...x])).toEqual([
    [0, 0],
    [-1, -3],
  ]);
  const moved = applyUpdates(params, updates);
  expect([...(await numbers(moved.b)), ...(await numbers(moved.c))]).toEqual([0, -2, 1, 1]);
  free(moved, state);
});

test("consumes what it is given once, whatever the call, and nothing where it throws", () => {
  const solver = transformation(adam());
  const [params, grads] = [make(), make(1)];
  const count = (one: Params): number[] => [one.dense.kernel.refCount, one.dense.bias.refCount];
  const first = solver.init(tree.ref(params));
  expect(count(params)).toEqual([1, 1]);
  expect(() => solver.update({ dense: { kernel: np.ones([3, 2]), bias: grads.dense.bias } }, first, params)).toThrow(
    "`dense/kernel`",
  );
  expect([count(params), count(grads)].flat()).toEqual([1, 1, 1, 1]);
  const [updates, second] = solver.update(tree.ref(grads), first, tree.ref(params));
  expect([count(params), count(grads), count(updates)].flat()).toEqual([1, 1, 1, 1, 1, 1]);
  const moved = applyUpdates(params, updates);
  expect([count(params), count(updates)].flat()).toEqual([0, 0, 0, 0]);
  const [last, third] = solver.step(grads, second, moved);
  expect(Object.values(third.tensors).map(({ refCount }) => refCount)).toEqual([1, 1, 1, 1]);
  expect(count(last)).toEqual([1, 1]);
  expect(() => second.tensors["m/dense/bias"]!.ref).toThrow();
  free(last, third);
});

test("phases take one gradient each, and readouts are the parameters to evaluate with", async () => {
  const climb = transformation(sam(sgd({ lr: 0.1 }), { rho: 0.5 }));
  let params = { w: np.array([3, 4]) };
  let state = climb.init(tree.ref(params));
  [params, state] = climb.step({ w: np.array([3, 4]) }, state, params);
  expect([...(await numbers(params.w))].map((x) => +x.toFixed(5))).toEqual([3.3, 4.4]);
  expect(climb.inspect(state)).toMatchObject({ phase: "update", midRound: true });
  [params, state] = climb.step({ w: np.array([1, 1]) }, state, params);
  expect([...(await numbers(params.w))].map((x) => +x.toFixed(5))).toEqual([2.9, 3.9]);
  free(params, state);

  const solver = transformation(scheduleFreeSgd({ lr: 0.1 }));
  let y = { w: np.array([1, 2]) };
  let averaged = solver.init(tree.ref(y));
  for (let k = 0; k < 3; k++) [y, averaged] = solver.step({ w: np.array([1, 1]) }, averaged, y);
  const x = solver.readout(twice(averaged), tree.ref(y));
  const w = Float32Array.of(1, 2);
  const opt = optimizer({ w }, scheduleFreeSgd({ lr: 0.1 }));
  for (let k = 0; k < 3; k++) opt.update({ w: Float32Array.of(1, 1) });
  expect(await numbers(y.w)).toEqual(w);
  expect(await numbers(x.w)).toEqual(opt.withReadout(() => w.slice()));
  expect(await numbers(x.w)).not.toEqual(w);
  expect([x.w.refCount, y.w.refCount]).toEqual([1, 1]);
  free(x, y, averaged);
});

test("options change from the next update on, for the state that was given and no other", async () => {
  const solver = transformation(sgd({ lr: 1 }));
  const start = solver.init(np.zeros([1]));
  const [kept, slower] = [twice(start), solver.set(start, { lr: 0.5 })];
  const [a, nextA] = solver.step(np.ones([1]), slower, np.zeros([1]));
  const [b, nextB] = solver.step(np.ones([1]), kept, np.zeros([1]));
  expect([(await numbers(a))[0], (await numbers(b))[0]]).toEqual([-0.5, -1]);
  free(a, b, nextA, nextB);
});

test("says what is wrong, and what to do", () => {
  const solver = transformation(adam());
  const params = { w: np.ones([2]) };
  const state = solver.init(tree.ref(params));
  const step = (grads: object): unknown => solver.step(grads as never, state, params); // wrong on purpose
  expect(() => step({ v: np.ones([2]) })).toThrow("`v`");
  expect(() => step({ w: [1, 2] })).toThrow("must be an array of jax-js");
  expect(() => step({ w: np.ones([2], { dtype: np.int32 }) })).toThrow("is int32, and optimizers step float32");
  expect(() => solver.step({ w: np.ones([2]) }, state, {} as typeof params)).toThrow("was not given the parameter `w`");
  expect(() => solver.init({})).toThrow("needs at least one parameter");
  expect(() => solver.step({}, {} as never, params)).toThrow("the state that init() or update() returned");
  const traced = (g: JaxArray): JaxArray => solver.step({ w: g }, twice(state), tree.ref(params))[0].w;
  expect(() => jit(traced)(np.ones([2]))).toThrow("traced by jit, grad or vmap");
  expect(() => grad((g: JaxArray) => traced(g).sum())(np.ones([2]))).toThrow("outside of the function");
  free(params, state);
});

test("the adapter on the page for authors of adapters is this one, word for word", () => {
  const read = (file: string): string => readFileSync(new URL(file, import.meta.url), "utf8");
  expect(read("../../core/ADAPTERS.md")).toContain(read("../src/backend.ts"));
});
