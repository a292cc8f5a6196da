import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { adamw } from "@descent/adam";
import { type Configured, clipByGlobalNorm, clipByNorm } from "@descent/core";
import { momentum, sgd } from "@descent/sgd";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { compiledWorker } from "../../../tests/compiled-worker.ts";
import { HANG } from "../../../tests/limits.ts";
import { runs } from "../../../tests/long.ts";
import fc from "../../../tests/properties.ts";
import { oneIn } from "../../../tests/sample.ts";
import { allocate, type Optimizer, optimizer } from "../src/index.ts";
import { Pool } from "../src/threads/pool.ts";
import { caseOf, ruleOf, trees } from "./random.ts";
import { type Data, expectSame, probe, spec, specials, step, stepTogether, uniform } from "./run.ts";

const node = process.getBuiltinModule("node:worker_threads");
const { Worker: uncompiled } = node;
const Worker = await compiledWorker(new URL("../src/threads/worker.ts", import.meta.url), uncompiled);

beforeEach(() => {
  node.Worker = Worker;
});
afterEach(() => {
  node.Worker = uncompiled;
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

type Arguments = ConstructorParameters<typeof Worker>;
/** Replaces `Worker` until the test is over. */
const replace = (worker: new (...args: Arguments) => InstanceType<typeof Worker>): void => {
  node.Worker = worker as typeof Worker; // has no more statics than a worker needs
};

/** The workers that are started from now on. */
function watch(): readonly InstanceType<typeof Worker>[] {
  const workers: InstanceType<typeof Worker>[] = [];
  replace(
    class extends Worker {
      constructor(...args: Arguments) {
        super(...args);
        workers.push(this);
      }
    },
  );
  return workers;
}

const allStarted = (opt: Optimizer, threads: number): Promise<void> =>
  vi.waitFor(() => expect(opt.threads).toBe(threads), { timeout: HANG, interval: 1 });

function fillAll(arrays: Data, next: () => number): void {
  for (const x of Object.values(arrays)) for (let i = 0; i < x.length; i++) x[i] = next();
}
const data = (opt: Optimizer): Data =>
  Object.fromEntries(Object.entries(opt.state().tensors).map(([key, tensor]) => [key, tensor.data]));

describe.each([2, 3])("%i threads give the bits of one", (threads) => {
  test("for random rules, on special and ordinary numbers, however the pieces fall", async () => {
    const pool = new Pool(threads, { least: 1, size: 16384 });
    try {
      await fc.assert(
        fc.asyncProperty(trees, fc.constantFrom(1, 16383, 16384, 40_001, 100_003), fc.nat(), async (t, n, seed) => {
          const next = uniform(seed);
          const of = (): number =>
            next() > 0.9 ? specials[Math.floor((next() + 1) * 0.5 * specials.length)]! : 3 * next();
          const rule = ruleOf(t);
          const cases = [
            caseOf(rule, { name: "w", shape: [n] }, 0.7, of),
            caseOf(rule, { name: "v", shape: [20_000] }, 0.7, of),
          ];
          expectSame(await stepTogether(cases, pool, threads), step(cases, "wasm", "inside"));
        }),
        { numRuns: runs(6) },
      );
      expect(pool.shared).toBeGreaterThan(runs(6));
    } finally {
      pool.dispose();
    }
  });

  const lamb = probe(
    { m: "0.9 * m + 0.1 * g", u: "m + 0.01 * p", p: "p - lr * norm(p) / norm(u) * u", s: "sum(u)" },
    { m: 0, s: { place: "scalar", init: 0 } },
  );
  const rules: Readonly<Record<string, Configured>> = {
    AdamW: adamw(),
    "AdamW clipped by the norm of all": clipByGlobalNorm(adamw(), 0.5),
    "momentum clipped by the norm of each": clipByNorm(momentum(), 0.5),
    "a trust ratio": lamb,
    "a sum by column": probe({ c: "columnSum(g)", p: "p - lr * c" }, { c: { place: "column", init: 0 } }),
  };
  const declare = oneIn(threads === 2 ? 1 : 3);
  /** Enough to be shared, each. */
  const shapes = { big: [601, 450], small: [7], bias: { shape: [270_001], role: "bias" } } as const;
  const continues = async (rule: Configured): Promise<void> => {
    const [one, all, later] = [1, threads, 1].map((count) => {
      const { parameters, gradients } = allocate(shapes, { shared: count > 1 });
      const next = uniform(6);
      fillAll(parameters, next);
      return { parameters, gradients, opt: optimizer(parameters, rule, { threads: count }), next };
    });
    const run = ({ gradients, opt, next }: NonNullable<typeof one>): void => {
      fillAll(gradients, next);
      opt.update(gradients);
    };
    for (const each of [one!, all!]) run(each);
    await allStarted(all!.opt, threads);
    for (let k = 0; k < 3; k++) for (const each of [one!, all!]) run(each);
    expectSame([all!.parameters], [one!.parameters]);
    expectSame([data(all!.opt)], [data(one!.opt)]);
    later!.opt.load(all!.opt.state());
    for (const [name, x] of Object.entries(later!.parameters)) x.set(all!.parameters[name as keyof typeof shapes]); // the same names
    for (const [name, x] of Object.entries(later!.gradients)) x.set(all!.gradients[name as keyof typeof shapes]);
    for (const each of [later!, all!]) each.opt.update(each.gradients);
    expectSame([later!.parameters], [all!.parameters]);
    all!.opt.dispose();
  };
  for (const [name, rule] of Object.entries(rules))
    declare(`for ${name}, and one thread continues from their state`, () => continues(rule));
});

test("one thread takes a step that is too small to share, all threads a large one", async () => {
  const run = vi.spyOn(Pool.prototype, "run");
  const { parameters, gradients } = allocate({ large: [2 ** 18], little: [1000] }, { shared: true });
  const opt = optimizer(parameters, sgd(), { threads: 2 });
  opt.update(gradients);
  await allStarted(opt, 2);
  run.mockClear();
  opt.update({ little: gradients.little });
  opt.update({ large: gradients.large });
  opt.update(gradients);
  expect(run.mock.results.map((r) => r.value)).toEqual([false, true, true]);
  opt.dispose();
});

describe("an optimizer with threads", () => {
  const made = (threads = 2) => {
    const { parameters, gradients } = allocate({ w: [300_000] }, { shared: true });
    gradients.w.fill(1);
    return { parameters, gradients, opt: optimizer(parameters, adamw({ lr: 0.5 }), { threads }) };
  };

  test("ends them when it is disposed of", async () => {
    const workers = watch();
    const { opt, gradients } = made(3);
    opt.update(gradients);
    await allStarted(opt, 3);
    const ends = workers.map((worker) => once(worker, "exit"));
    expect(ends.length).toBe(2);
    opt.dispose();
    await Promise.all(ends);
    expect(() => opt.update(gradients)).toThrow("This optimizer was disposed of.");
  });

  test("does not keep a process alive, in which threads are run from their source", async () => {
    const [arrays, sgds] = ["../src/index.ts", "../../sgd/src/index.ts"].map((file) => new URL(file, import.meta.url));
    const script = `
      import { allocate, optimizer } from "${arrays}";
      import { sgd } from "${sgds}";
      const { parameters, gradients } = allocate({ w: [300_000] }, { shared: true });
      const opt = optimizer(parameters, sgd(), { threads: 2 });
      while (opt.threads < 2) { opt.update(gradients); await new Promise((resolve) => setTimeout(resolve, 10)); }
      opt.update(gradients);
      console.log(opt.threads);`;
    const args = ["--conditions=@descent/source", "--import=tsx/esm", "--input-type=module", "--eval", script];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    expect(stdout).toBe("2\n");
  });

  test.each([
    ["the process exits", "process.exit(0);"],
    ["the worker that it runs in is terminated", "await worker.terminate();"],
  ])("is gone without a trace when %s in the middle of its steps", async (_, end) => {
    const folder = mkdtempSync(join(tmpdir(), "descent-"));
    const file = join(folder, "main.mjs");
    const [arrays, sgds] = ["../src/index.ts", "../../sgd/src/index.ts"].map(
      (source) => new URL(source, import.meta.url),
    );
    writeFileSync(
      file,
      `
      import { once } from "node:events";
      import { isMainThread, parentPort, Worker } from "node:worker_threads";
      if (isMainThread) {
        const source = 'import("tsx/esm/api").then((tsx) => { tsx.register(); return import("' + import.meta.url + '"); })';
        const worker = new Worker(source, { eval: true });
        await once(worker, "message");
        ${end}
      } else {
        const { allocate, optimizer } = await import("${arrays}");
        const { sgd } = await import("${sgds}");
        const { parameters, gradients } = allocate({ w: [2_000_000] }, { shared: true });
        const opt = optimizer(parameters, sgd(), { threads: 3 });
        while (opt.threads < 3) { opt.update(gradients); await new Promise((resolve) => setTimeout(resolve, 10)); }
        parentPort.postMessage("all threads take part");
        for (;;) opt.update(gradients);
      }`,
    );
    try {
      const args = ["--conditions=@descent/source", "--import=tsx/esm", file];
      const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { timeout: HANG });
      expect([stdout, stderr]).toEqual(["", ""]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test("throws before anything has changed when a thread is lost", async () => {
    const workers = watch();
    const { parameters, gradients, opt } = made();
    opt.update(gradients);
    await allStarted(opt, 2);
    const [w, state] = [parameters.w.slice(), data(opt)];
    await workers[0]!.terminate();
    expect(() => opt.update(gradients)).toThrow(
      "A thread of this optimizer has ended: it ended with code 1. This step was not applied; make a new optimizer and load this one's state().",
    );
    expectSame([{ w: parameters.w }], [{ w }]);
    expectSame([data(opt)], [state]);
    expect(opt.threads).toBe(1);
  });

  test("throws when a thread cannot start", async () => {
    replace(
      class extends Worker {
        constructor() {
          super(new URL("file:///there/is/no/worker.js"));
        }
      },
    );
    const { gradients, opt } = made();
    opt.update(gradients); // by this thread, which does not wait
    await vi.waitFor(
      () => expect(() => opt.update(gradients)).toThrow(/A thread of this optimizer has ended: .*worker/),
      { timeout: HANG },
    );
  });
});

describe("threads are refused", () => {
  const { parameters, gradients } = allocate({ w: [10] }, { shared: true });
  const ordinary = new Float32Array(10);
  const why =
    "Serve it with the headers `Cross-Origin-Opener-Policy: same-origin` and `Cross-Origin-Embedder-Policy: require-corp`.";

  test.each([0, 1.5, 65, Number.NaN])("for a number such as %d", (threads) => {
    expect(() => optimizer(parameters, sgd(), { threads })).toThrow(`\`threads\` must be 1 to 64; got ${threads}.`);
  });
  test("for arrays out of their reach", () => {
    const message =
      "`w` is not in memory that threads share. Make parameters and gradients with allocate(shapes, { shared: true }), or leave out `threads`.";
    for (const w of [ordinary, allocate({ w: [10] }).parameters.w])
      expect(() => optimizer({ w }, sgd(), { threads: 2 })).toThrow(message);
    const opt = optimizer(parameters, sgd(), { threads: 2 });
    for (const w of [ordinary, allocate({ w: [10] }, { shared: true }).gradients.w])
      for (let again = 0; again < 2; again++)
        expect(() => opt.update({ w })).toThrow(
          "The gradient of `w` is not in its parameter's memory, which all threads share.",
        );
    opt.update(gradients);
    opt.dispose();
  });
  test("where state does not fit within their reach", () => {
    const { parameters: w, gradients: g } = allocate({ w: [10] }, { shared: true, slots: 1 });
    const opt = optimizer(w, adamw(), { threads: 2 });
    expect(() => opt.update(g)).toThrow(
      "The state of `w` does not fit in its parameter's memory, which all threads share. Reserve room for it: allocate(shapes, { shared: true, slots: 2 }).",
    );
    opt.dispose();
  });
  test("in the interpreter", () => {
    expect(() => optimizer(parameters, sgd(), { threads: 2, engine: "interpreter" })).toThrow(
      "Threads cannot be used here: the interpreter runs on one thread; they need WebAssembly.",
    );
  });
  test("in a page that is not cross-origin isolated, with the headers it needs", () => {
    vi.stubGlobal("crossOriginIsolated", false);
    expect(() => optimizer(parameters, sgd(), { threads: 2 })).toThrow(why);
    expect(() => allocate({ w: [10] }, { shared: true })).toThrow(why);
    vi.stubGlobal("SharedArrayBuffer", undefined);
    expect(() => allocate({ w: [10] }, { shared: true })).toThrow(why);
  });
});

test("shared memory has the bits of any other", () => {
  const program = spec({ p: "p - lr * g" });
  const cases = [caseOf(program, { name: "w", shape: [1000] }, 0.1, uniform(3))];
  expectSame(step(cases, "wasm", "shared"), step(cases, "interpreter"));
});
