import { describe, expect, test } from "vitest";
import { type AsyncBackend, AsyncLoop, type Backend, Loop, type Share, type World } from "../src/adapter.ts";
import { type Configured, clipByGlobalNorm, rule, type StateDict, schedule } from "../src/index.ts";
import { plain } from "./plain.ts";

const momentum = rule({
  id: "momentum",
  title: "Momentum",
  paper: "",
  hyper: { lr: 0.5, momentum: 0.5 },
  state: { b: 0 },
  update: { b: "momentum * b + g", p: "p - lr * b" },
});

const shares = (p: Readonly<Record<string, Float64Array>>, g: number): Record<string, Share<Float64Array>> =>
  Object.fromEntries(
    Object.entries(p).map(([name, x]) => [name, { p: x, inputs: { g: new Float64Array(x.length).fill(g) } }]),
  );
const start = (): { readonly p: Readonly<Record<string, Float64Array>>; readonly loop: Loop<Float64Array> } => {
  const loop = new Loop(plain, momentum());
  loop.add([
    { name: "a", shape: [2] },
    { name: "b", shape: [1] },
  ]);
  return { p: { a: Float64Array.of(1, 2), b: Float64Array.of(3) }, loop };
};
const stateOf = (loop: Loop<Float64Array> | AsyncLoop<Float64Array>): StateDict => ({
  meta: loop.meta(),
  tensors: Object.fromEntries(
    loop.slots().map(({ key, shape, tensor }) => [key, { shape, data: Float32Array.from(tensor) }]),
  ),
});

describe("a step that was begun", () => {
  test("keeps the next from beginning until it is committed or cancelled", () => {
    const { loop, p } = start();
    const first = loop.begin(shares(p, 1));
    expect(first.jobs.map(({ t }) => t)).toEqual([1, 1]);
    expect(() => loop.begin(shares(p, 1))).toThrow("A step was begun and has not ended.");
    expect(() => loop.update(shares(p, 1))).toThrow("A step was begun and has not ended.");
    first.cancel();
    const second = loop.begin(shares(p, 1));
    expect(second.jobs[0]!.t).toBe(1);
    second.commit();
    expect(loop.begin(shares(p, 1)).jobs[0]!.t).toBe(2);
  });

  test("is committed once, and not after it was cancelled", () => {
    const { loop, p } = start();
    const step = loop.begin(shares(p, 1));
    step.commit();
    expect(() => step.commit()).toThrow("This step cannot be committed: it was committed already.");
    step.cancel();
    expect([loop.step, loop.inspect().parameters.a!.t]).toEqual([1, 1]);
    const cancelled = loop.begin(shares(p, 1));
    cancelled.cancel();
    expect(() => cancelled.commit()).toThrow("it was cancelled");
    expect(loop.step).toBe(1);
  });

  test("is not committed after the loop has removed, loaded or disposed", () => {
    const removed = start();
    const one = removed.loop.begin(shares(removed.p, 1));
    removed.loop.remove("a");
    expect(() => one.commit()).toThrow("`a` was removed");
    expect(removed.loop.step).toBe(0);

    const loaded = start();
    loaded.loop.update(shares(loaded.p, 1));
    const saved = stateOf(loaded.loop);
    const two = loaded.loop.begin(shares(loaded.p, 1));
    loaded.loop.load(saved, (tensor, data) => tensor.set(data));
    expect(() => two.commit()).toThrow("a state was loaded");
    expect(loaded.loop.step).toBe(1);

    const disposed = start();
    const three = disposed.loop.begin(shares(disposed.p, 1));
    disposed.loop.dispose();
    expect(() => three.commit()).toThrow("disposed of");
  });

  test("does not stand in the way after a backend has failed", () => {
    let fail = true;
    const backend: Backend<Float64Array> = {
      ...plain,
      run(jobs) {
        if (fail) throw new Error("device lost");
        plain.run(jobs);
      },
    };
    const loop = new Loop(backend, momentum());
    loop.add([{ name: "a", shape: [1] }]);
    const p = { a: Float64Array.of(1) };
    expect(() => loop.update(shares(p, 1))).toThrow("device lost");
    fail = false;
    loop.update(shares(p, 1));
    expect([loop.step, p.a[0]]).toEqual([1, 0.5]);
  });

  test("has one gradient for each parameter, in whatever order they come", () => {
    for (const order of ["aa", "aba", "bab", "baa", "bb"]) {
      const { loop, p } = start();
      const all = shares(p, 1);
      expect(() => loop.update([...order].map((name) => [name, all[name]!] as const))).toThrow(
        /There are two gradients for `[ab]` in one update/,
      );
      loop.update([...new Set(order)].map((name) => [name, all[name]!] as const));
      expect(loop.inspect().parameters[order[0]!]!.t).toBe(1);
    }
  });
});

/** Answers when it is told to. */
class Slow implements AsyncBackend<Float64Array> {
  readonly name = "slow";
  readonly slot = plain.slot;
  freed = 0;
  readonly #waiting: (() => void)[] = [];
  free(): void {
    this.freed++;
  }
  async run(jobs: Parameters<typeof plain.run>[0]): Promise<void> {
    await new Promise<void>((answer) => this.#waiting.push(answer));
    plain.run(jobs);
  }
  async settle(): Promise<void> {
    await new Promise<void>((answer) => this.#waiting.push(answer));
  }
  answer(): void {
    this.#waiting.shift()!();
  }
}

describe("a schedule that calls its own optimizer", () => {
  const during = (call: (loop: Loop<Float64Array>, p: Readonly<Record<string, Float64Array>>) => void) => {
    const p = { a: Float64Array.of(1) };
    const armed = { now: false };
    const lr = (): number => {
      if (armed.now) call(loop, p);
      return 0.5;
    };
    const loop = new Loop(plain, momentum({ lr }));
    loop.add([{ name: "a", shape: [1] }]);
    loop.update(shares(p, 1));
    armed.now = true;
    return { p, loop, armed };
  };

  test("takes no step within a step, and the outer one is not taken either", () => {
    const { p, loop, armed } = during((own, given) => own.update(shares(given, 1)));
    expect(() => loop.update(shares(p, 1))).toThrow("A step was begun and has not ended.");
    expect([p.a[0], loop.step]).toEqual([0.5, 1]);
    armed.now = false;
    loop.update(shares(p, 1)); // nothing is left under way
    expect([p.a[0], loop.step]).toEqual([-0.25, 2]);
  });

  test("ends the step if it loads or disposes", () => {
    const loading = during((own) => own.load(stateOf(own), (tensor, data) => tensor.set(data)));
    expect(() => loading.loop.update(shares(loading.p, 1))).toThrow("a state was loaded since it was begun");
    const disposing = during((own) => own.dispose());
    expect(() => disposing.loop.update(shares(disposing.p, 1))).toThrow("the optimizer was disposed of");
    expect([disposing.p.a[0], disposing.loop.disposed]).toEqual([0.5, true]);
  });
});

describe("an asynchronous loop", () => {
  const slow = (): { backend: Slow; loop: AsyncLoop<Float64Array>; p: Readonly<Record<string, Float64Array>> } => {
    const backend = new Slow();
    const loop = new AsyncLoop(backend, momentum({ lr: schedule("0.5 / (step + 1)") }));
    loop.add([
      { name: "a", shape: [2] },
      { name: "b", shape: [1] },
    ]);
    return { backend, loop, p: { a: Float64Array.of(1, 2), b: Float64Array.of(3) } };
  };

  test("counts a step when the backend has answered, and steps as the synchronous one does", async () => {
    const { backend, loop, p } = slow();
    const same = start();
    same.loop.set({ lr: schedule("0.5 / (step + 1)") });
    for (const g of [1, -2]) {
      const step = loop.update(shares(p, g));
      const before = loop.step;
      backend.answer();
      await step;
      expect(loop.step).toBe(before + 1);
      same.loop.update(shares(same.p, g));
    }
    expect(p).toEqual(same.p);
    expect(stateOf(loop)).toEqual(stateOf(same.loop));
  });

  test("refuses everything that would change it while a step is under way", async () => {
    const { backend, loop, p } = slow();
    const step = loop.update(shares(p, 1));
    await expect(loop.update(shares(p, 1))).rejects.toThrow("The last update or load has not ended. Await it");
    await expect(loop.load({ meta: loop.meta(), tensors: {} }, () => {})).rejects.toThrow("Await it");
    expect(() => loop.remove("a")).toThrow("Await it");
    backend.answer();
    await step;
    expect([loop.step, loop.inspect().parameters.a!.t]).toEqual([1, 1]);
  });

  test("frees state when the step under way has ended", async () => {
    const { backend, loop, p } = slow();
    const step = loop.update(shares(p, 1));
    const gone = loop.dispose();
    expect(backend.freed).toBe(0);
    backend.answer();
    await Promise.all([step, gone]);
    expect([backend.freed, p.b![0]]).toEqual([2, 2.5]);
    await expect(loop.update(shares(p, 1))).rejects.toThrow("disposed of");
  });

  test("goes on after a step that failed, which has not been counted", async () => {
    const { backend, loop, p } = slow();
    const failing = new AsyncLoop({ ...plain, run: () => Promise.reject(new Error("device lost")) }, momentum());
    failing.add([{ name: "b", shape: [1] }]);
    for (let i = 0; i < 2; i++) await expect(failing.update({ b: shares(p, 1).b! })).rejects.toThrow("device lost");
    expect(failing.step).toBe(0);
    const step = loop.update(shares(p, 1));
    backend.answer();
    await step;
  });

  test("loads what the synchronous one has saved", async () => {
    const { backend, loop, p } = slow();
    const other = start();
    other.loop.update(shares(other.p, 1));
    const loading = loop.load(stateOf(other.loop), (tensor, data) => tensor.set(data));
    await expect(loop.update(shares(p, 1))).rejects.toThrow("Await it");
    backend.answer();
    expect((await loading).loaded).toEqual(["a", "b"]);
    expect(stateOf(loop).tensors).toEqual(stateOf(other.loop).tensors);
    expect(loop.step).toBe(1);
  });
});

test("a synchronous loop refuses a backend that answers with a promise", () => {
  const loop = new Loop({ ...plain, run: async () => {} }, momentum());
  loop.add([{ name: "a", shape: [1] }]);
  expect(() => loop.update(shares({ a: new Float64Array(1) }, 1))).toThrow("Drive it with an AsyncLoop");
  expect(loop.step).toBe(0);
});

/** Ranks of one process: each operation answers when all ranks have asked for it. */
function worlds(size: number): World[] {
  interface Call {
    readonly rank: number;
    readonly numbers: Float32Array | Float64Array | Uint8Array;
    readonly answer: () => void;
  }
  let calls: Call[] = [];
  const meet = (rank: number, numbers: Call["numbers"], exchange: (calls: readonly Call[]) => void): Promise<void> =>
    new Promise((answer) => {
      calls.push({ rank, numbers, answer });
      if (calls.length < size) return;
      const all = calls;
      calls = [];
      exchange(all);
      for (const call of all) call.answer();
    });
  const unused = (): never => {
    throw new Error("not needed here");
  };
  return Array.from({ length: size }, (_, rank) => ({
    rank,
    size,
    localRank: rank,
    sum: (numbers) =>
      meet(rank, numbers, (all) => {
        const sums = Array.from(numbers, (_, i) => all.reduce((sum, call) => sum + call.numbers[i]!, 0));
        for (const call of all) call.numbers.set(sums);
      }),
    gather: (numbers, counts) =>
      meet(rank, numbers, (all) => {
        for (const from of all) {
          const start = counts.slice(0, from.rank).reduce((a, b) => a + b, 0);
          const piece = from.numbers.slice(start, start + counts[from.rank]!);
          for (const to of all) to.numbers.set(piece, start);
        }
      }),
    reduceScatter: unused,
    broadcast: unused,
  }));
}

describe("in a world of two ranks", () => {
  /** Every rank steps the parameters of its own, and fetches the others. */
  const sharded = (rank: number, size: number): AsyncBackend<Float64Array> => ({
    ...plain,
    async run(jobs, reduceSums) {
      const own = jobs.filter((_, i) => i % size === rank);
      const sums = Float64Array.of(own.reduce((sum, { inputs }) => sum + inputs.g!.reduce((s, x) => s + x * x, 0), 0));
      await reduceSums?.(sums);
      const factor = Math.min(1, 1 / Math.sqrt(sums[0]!));
      plain.run(own.map((job) => ({ ...job, inputs: { g: job.inputs.g!.map((x) => x * factor) } })));
    },
    async reduceGradients(jobs, world) {
      for (const { inputs } of jobs) {
        await world.sum(inputs.g!);
        inputs.g!.forEach((x, i, all) => {
          all[i] = x / world.size;
        });
      }
    },
    async gatherParameters(jobs, world) {
      for (const [i, { tensors }] of jobs.entries()) {
        const counts = Array.from({ length: size }, (_, r) => (r === i % size ? tensors.p!.length : 0));
        await world.gather(tensors.p!, counts);
      }
    },
  });

  test("a step reduces gradients, sums over the model and parameters, and gives every rank the weights of one process", async () => {
    const alone = new Loop(plain, clipByGlobalNorm(momentum(), 1));
    const parameters = [
      { name: "a", shape: [2] },
      { name: "b", shape: [1] },
    ];
    alone.add(parameters);
    const p = (): Readonly<Record<string, Float64Array>> => ({ a: Float64Array.of(1, 2), b: Float64Array.of(3) });
    const weights = p();
    const ranks = worlds(2).map((world) => {
      const loop = new AsyncLoop(sharded(world.rank, 2), momentum(), { world });
      loop.add(parameters);
      return { loop, p: p(), rank: world.rank };
    });
    for (const g of [3, -1]) {
      alone.update(shares(weights, g));
      // the mean over the ranks is g
      await Promise.all(ranks.map(({ loop, p, rank }) => loop.update(shares(p, g + (rank === 0 ? 0.5 : -0.5)))));
    }
    for (const { p, loop } of ranks) {
      expect(loop.step).toBe(2);
      for (const name of ["a", "b"])
        p[name]!.forEach((x, i) => {
          expect(x).toBeCloseTo(weights[name]![i]!, 12);
        });
    }
  });

  test("a backend that cannot exchange gradients is refused with the world; one rank needs nothing", () => {
    const [world] = worlds(2) as [World<void>];
    const refused = (configured: Configured): unknown => new Loop(plain, configured, { world });
    expect(() => refused(momentum())).toThrow("`plain` trains in one process, and this world has 2");
    const [one] = worlds(1) as [World<void>];
    const loop = new Loop(plain, momentum(), { world: one });
    loop.add([{ name: "a", shape: [1] }]);
    loop.update(shares({ a: Float64Array.of(1) }, 1));
    expect(loop.step).toBe(1);
  });
});
