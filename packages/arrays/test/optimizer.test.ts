import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { adam, adamw } from "@descent/adam";
import {
  type Configured,
  clipByGlobalNorm,
  decodeState,
  encodeState,
  freeze,
  partition,
  type StateDict,
} from "@descent/core";
import { momentum, sgd } from "@descent/sgd";
import { afterEach, describe, expect, test, vi } from "vitest";
import { allocate, type Engine, optimizer } from "../src/index.ts";
import { expectSame, probe, uniform } from "./run.ts";

const engines: readonly Engine[] = ["wasm", "interpreter"];
const numbers = (n: number, seed = 1): Float32Array => Float32Array.from({ length: n }, uniform(seed));

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

/** Replaces some of `WebAssembly`'s constructors for this test. */
const replace = (constructors: Partial<Record<"Module" | "Instance" | "Memory", unknown>>): void => {
  const properties = Object.fromEntries(Object.entries(constructors).map(([name, value]) => [name, { value }]));
  vi.stubGlobal("WebAssembly", Object.create(WebAssembly, properties));
};

/** How many memories have been made since. */
function countMemories(): () => number {
  let made = 0;
  replace({
    Memory: class extends WebAssembly.Memory {
      constructor(descriptor: WebAssembly.MemoryDescriptor) {
        super(descriptor);
        made++;
      }
    },
  });
  return () => made;
}

describe.each(engines)("an optimizer of arrays (%s)", (engine) => {
  test("steps named arrays in place and says where it stands", () => {
    const [w, b] = [Float32Array.of(1, 2), Float32Array.of(3)];
    const opt = optimizer({ w, b: { data: b, role: "bias" } }, adamw({ lr: 0.5, weightDecay: 0.1 }), { engine });
    opt.update({ w: Float32Array.of(1, -1), b: Float32Array.of(1) });
    // Adam's first step is lr·sign(g); only w decays, by lr·0.1 of itself.
    expect(w[0]).toBeCloseTo(1 * 0.95 - 0.5, 6);
    expect(w[1]).toBeCloseTo(2 * 0.95 + 0.5, 6);
    expect(b[0]).toBeCloseTo(3 - 0.5, 6);
    expect(opt.step).toBe(1);
    expect(opt.engine).toBe(engine);
    expect(opt.inspect().parameters).toMatchObject({
      w: { t: 1, shape: [2], decays: true },
      b: { t: 1, shape: [1], decays: false, role: "bias" },
    });
  });

  test("leaves a parameter without a gradient as it is: no decay, no momentum, no count", () => {
    const [w, b] = [numbers(5), numbers(6)];
    const opt = optimizer({ w, b }, adamw(), { engine });
    opt.update({ w: numbers(5, 2), b: numbers(6, 3) });
    const before = { b: b.slice(), m: opt.state().tensors["m/b"]!.data };
    opt.update({ w: numbers(5, 4), b: undefined });
    opt.update({ w: numbers(5, 4) });
    expectSame([{ b, m: opt.state().tensors["m/b"]!.data }], [before]);
    expect(opt.inspect().parameters).toMatchObject({ w: { t: 3 }, b: { t: 1 } });
  });

  test("changes nothing in a step that fails", () => {
    const [w, b] = [numbers(600), numbers(7)];
    const opt = optimizer({ w, b }, clipByGlobalNorm(adam({ lr: (step) => (step === 1 ? Number.NaN : 0.1) }), 1), {
      engine,
    });
    opt.update({ w: numbers(600, 2), b: numbers(7, 3) });
    const before = [w.slice(), b.slice(), opt.state()];
    expect(() => opt.update({ w: numbers(600, 4), b: numbers(8) })).toThrow("8 gradients for 7 parameters");
    expect(() => opt.update({ w: numbers(600, 4), b: numbers(7, 5) })).toThrow(/lr is NaN at step 1/);
    expect([w, b, opt.state()]).toEqual(before);
    expect(opt.step).toBe(1);
  });

  test("continues from a state to the bit, in either engine, through the bytes of a file", () => {
    const make = (e: Engine, data: readonly Float32Array[]) =>
      optimizer(
        { a: data[0]!, b: data[1]!, c: data[2]! },
        partition({ one: clipByGlobalNorm(adam(), 0.3), other: momentum() }, { other: "b" }),
        { engine: e },
      );
    const gradients = (k: number) => ({
      a: numbers(5, k),
      ...(k % 2 ? { b: numbers(1000, k) } : {}),
      c: numbers(9, k),
    });
    const data = [numbers(5), numbers(1000), numbers(9)];
    const first = make(engine, data);
    for (let k = 0; k < 6; k++) first.update(gradients(k));
    const saved = encodeState(first.state());
    for (const other of engines) {
      const copy = data.map((x) => x.slice());
      const second = make(other, copy);
      const report = second.load(decodeState(saved));
      expect(report).toMatchObject({ loaded: ["a", "b", "c"], missing: [], unexpected: [], mismatched: [] });
      expect(second.state()).toEqual(first.state());
      const third = make(
        engine,
        data.map((x) => x.slice()),
      );
      third.load(decodeState(saved));
      for (let k = 6; k < 12; k++) for (const o of [second, third]) o.update(gradients(k));
      expect(second.state()).toEqual(third.state());
    }
  });

  test("gives a state that later steps do not change, and loads the part of another's that fits", () => {
    const opt = optimizer({ w: numbers(4) }, momentum(), { engine });
    opt.update({ w: numbers(4, 2) });
    const state = opt.state();
    const kept = structuredClone(state) as StateDict;
    opt.update({ w: numbers(4, 3) });
    expect(state).toEqual(kept);
    const wider = optimizer({ w: numbers(4), extra: numbers(2) }, momentum(), { engine });
    expect(() => wider.load(state)).toThrow("`extra`");
    expect(wider.load(state, { strict: false })).toMatchObject({ loaded: ["w"], missing: ["extra"] });
  });

  test("misspelt fields of a parameter, and arrays without memory, are refused", () => {
    const make = (w: object) => () => optimizer({ w: w as never }, sgd(), { engine });
    expect(make({ data: numbers(4), dims: [2, 2] })).toThrow(
      "The parameter `w`: there is no field `dims`; there are `data`, `shape`, `role`, `axes`. Did you mean `shape`?",
    );
    expect(make({ data: numbers(4), roles: "bias" })).toThrow("Did you mean `role`?");
    expect(make({ data: numbers(4), shape: [2, 2], axes: { in: [0], out: [1], batches: [] } })).toThrow(
      "The axes of `w`: there is no field `batches`",
    );
    const named = optimizer({ "\u00e9": numbers(4) }, sgd(), { engine });
    expect(() => named.update({ "e\u0301": numbers(4) } as object)).toThrow(
      "They look alike, but their Unicode normal forms differ (NFC, NFD).",
    );
    const gone = numbers(4);
    structuredClone(gone.buffer, { transfer: [gone.buffer] });
    expect(make(gone)).toThrow("`w` has no memory any more. Was its buffer transferred to a worker");
  });

  test("leaves frozen parameters alone, with or without a gradient", () => {
    const [w, b] = [numbers(4), numbers(3)];
    const opt = optimizer({ w, b }, freeze(sgd(), "b"), { engine });
    const before = b.slice();
    opt.update({ w: numbers(4, 2), b: numbers(3, 2) });
    expect(b).toEqual(before);
    expect(w).not.toEqual(numbers(4));
  });

  test("steps parameters without elements, scalars and views at any offset", () => {
    const whole = numbers(40);
    const untouched = whole.slice();
    const view = whole.subarray(3, 20);
    const scalar = { data: Float32Array.of(2), shape: [] };
    const opt = optimizer({ none: view.subarray(5, 5), view, scalar }, clipByGlobalNorm(adamw(), 1), { engine });
    const source = numbers(30, 5);
    opt.update({ none: new Float32Array(0), view: source.subarray(13), scalar: Float32Array.of(1) });
    const alone = { view: untouched.slice(3, 20), scalar: Float32Array.of(2) };
    optimizer(alone, clipByGlobalNorm(adamw(), 1), { engine }).update({
      view: source.slice(13),
      scalar: Float32Array.of(1),
    });
    expectSame([{ view, scalar: scalar.data }], [alone]);
    expect(whole.subarray(0, 3)).toEqual(untouched.subarray(0, 3));
    expect(whole.subarray(20)).toEqual(untouched.subarray(20));
  });

  test("takes a parameter as its own gradient", () => {
    const w = numbers(1000);
    const wanted = w.map((x) => x - Math.fround(Math.fround(0.1) * x));
    optimizer({ w }, sgd({ lr: 0.1 }), { engine }).update({ w });
    expect(w).toEqual(wanted);
  });

  test("hyper-parameters can be changed between steps", () => {
    const w = Float32Array.of(0);
    const opt = optimizer({ w }, sgd({ lr: 1 }), { engine });
    opt.set({ lr: 0.25 });
    opt.update({ w: Float32Array.of(1) });
    expect(w[0]).toBe(-0.25);
    expect(opt.inspect().groups[""]!.hyper).toEqual({ lr: 0.25 });
  });

  test("takes parameters and gradients from a Map, or any other pairs", () => {
    const [w, b] = [numbers(5), numbers(3)];
    const same = { w: w.slice(), b: b.slice() };
    const opt = optimizer(new Map(Object.entries({ w, b })), adamw(), { engine });
    const other = optimizer(same, adamw(), { engine });
    opt.update(new Map(Object.entries({ w: numbers(5, 2), b: numbers(3, 3) })));
    other.update({ w: numbers(5, 2), b: numbers(3, 3) });
    opt.update([["b", numbers(3, 4)]]);
    other.update({ b: numbers(3, 4) });
    expectSame([{ w, b }], [same]);
    expect(opt.inspect()).toEqual(other.inspect());
  });

  test.each(["float32", "bfloat16"] as const)(
    "is as it was after a load that failed, its state kept in %s",
    (state) => {
      const w = numbers(5000);
      const make = () => optimizer({ w: w.slice(), x: w.slice() }, adamw(), { engine, state });
      const opt = make();
      const gradients = { w: numbers(5000, 2), x: numbers(5000, 3) };
      opt.update(gradients);
      const before = opt.state();
      const damages: Readonly<Record<string, (tensors: Record<string, unknown>) => void>> = {
        "must hold its data in a Float32Array; got a BigInt64Array": (tensors) => {
          tensors["v/x"] = { shape: [5000], data: new BigInt64Array(5000) };
        },
        "holds 2 numbers": (tensors) => {
          tensors["v/x"] = { shape: [5000], data: new Float32Array(2) };
        },
        "must be { shape, data }; got 3": (tensors) => {
          tensors["v/x"] = 3;
        },
      };
      for (const [message, damage] of Object.entries(damages)) {
        const bad = structuredClone(before) as StateDict;
        bad.tensors["m/w"]!.data[0] = 9;
        damage(bad.tensors as Record<string, unknown>);
        for (const [one, kept] of [
          [opt, before],
          [make(), undefined],
        ] as const) {
          const now = kept ?? one.state();
          expect(() => one.load(bad)).toThrow(message);
          expect(one.state()).toEqual(now);
        }
      }
      opt.update(gradients);
      const undisturbed = make();
      undisturbed.load(before);
      undisturbed.update(gradients);
      expect(opt.state()).toEqual(undisturbed.state());
    },
  );

  test("applies, refuses or skips gradients that are not finite, as chosen", () => {
    const make = (nonFinite?: "throw" | "skip" | "apply") => {
      const parameters = { w: numbers(5), b: numbers(3), frozen: numbers(2) };
      const opt = optimizer(parameters, freeze(adam(), "frozen"), { engine, nonFinite });
      opt.update({ w: numbers(5, 2), b: numbers(3, 3) });
      return { parameters, opt, before: [structuredClone(parameters), opt.state()] };
    };
    for (const bad of [Number.NaN, Infinity, -Infinity]) {
      const gradients = { w: numbers(5, 4), b: Float32Array.of(1, bad, 1) };
      for (const nonFinite of ["throw", "skip"] as const) {
        const { parameters, opt, before } = make(nonFinite);
        if (nonFinite === "skip") opt.update(gradients);
        else
          expect(() => opt.update(gradients)).toThrow(
            "The gradient of `b` is not finite at step 1, and the step was not",
          );
        expect([parameters, opt.state()]).toEqual(before);
        expect([opt.step, opt.inspect().nonFinite]).toEqual([1, 1]);
        opt.update({ w: numbers(5, 4), frozen: Float32Array.of(bad, 1) });
        expect([opt.step, opt.inspect().nonFinite]).toEqual([2, 1]);
      }
      for (const nonFinite of ["apply", undefined] as const) {
        const { parameters, opt } = make(nonFinite);
        opt.update(gradients);
        expect(opt.step).toBe(2);
        expect(parameters.b[1]).toBeNaN();
        expect(parameters.w.every(Number.isFinite)).toBe(true);
      }
    }
  });

  test("is disposed of by `using`", () => {
    const opt = optimizer({ w: numbers(3) }, adam(), { engine });
    opt[Symbol.dispose]();
    expect(() => opt.update({ w: numbers(3) })).toThrow("This optimizer was disposed of. Make a new one.");
  });

  test("cannot be used after dispose, and says so", () => {
    const w = numbers(3);
    const opt = optimizer({ w }, adam(), { engine });
    opt.update({ w: numbers(3, 2) });
    opt.dispose();
    opt.dispose();
    const after = w.slice();
    for (const use of [() => opt.update({ w }), () => opt.state(), () => opt.inspect(), () => opt.set({ lr: 1 })])
      expect(use).toThrow("This optimizer was disposed of. Make a new one.");
    expect(w).toEqual(after);
  });

  test("holds no more after thirty thousand steps than after twenty thousand", () => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    const held = (): number => {
      collect();
      const { heapUsed, arrayBuffers, external } = process.memoryUsage();
      return heapUsed + arrayBuffers + external;
    };
    const memories = countMemories();
    const opt = optimizer({ w: numbers(50), b: numbers(7) }, clipByGlobalNorm(adam(), 1), { engine });
    const run = (steps: number): void => {
      for (let k = 0; k < steps; k++) opt.update({ w: numbers(50, k), b: numbers(7, k) });
    };
    run(20_000); // until everything that is worth compiling is compiled
    const [before, made] = [held(), memories()];
    run(10_000);
    expect(memories()).toBe(made);
    expect(held() - before).toBeLessThan(300_000); // 30 bytes per step would show
  });
});

describe("the arrays optimizer refuses", () => {
  const w = numbers(4);
  // The compiler refuses most of these, but JavaScript has no such help.
  const make = optimizer as (parameters: unknown, ...rest: readonly unknown[]) => ReturnType<typeof optimizer>;
  const update = (gradients: unknown): void =>
    make({ "dense/kernel": new Float32Array(256), w }, sgd()).update(gradients as Record<string, Float32Array>);

  test.each([
    [
      { "dense/kernel": new Float32Array(128) },
      "`dense/kernel` has 128 gradients for 256 parameters. Was it reshaped after the optimizer was made?",
    ],
    [
      { "dense/kernels": w },
      "There is a gradient for `dense/kernels`, which is not a parameter here; there are `dense/kernel`, `w`. Did you mean `dense/kernel`?",
    ],
    [
      { w: new Float64Array(4) },
      "The gradient of `w` is a Float64Array. Gradients are Float32Arrays; Float32Array.from(…) makes one.",
    ],
    [{ w: [1, 2, 3, 4] }, "The gradient of `w` is a list of 4."],
    [{ w: null }, "The gradient of `w` is null."],
  ])("gradients %#", (gradients, message) => {
    expect(() => update(gradients)).toThrow(message);
  });

  class Model {
    get w(): Float32Array {
      return w;
    }
  }
  test.each([
    [
      new Model(),
      "The parameters must be given by name, { name: value } or a Map; got a Model without properties of its own.",
    ],
    [
      [w],
      "The parameters must be given by name, { name: value } or a Map; got a list of 1, which is not made of [name, value].",
    ],
    [w, "The parameters must be given by name"],
    [undefined, "The parameters must be given by name, { name: value } or a Map; got undefined."],
    [{}, "An optimizer needs at least one parameter. Give them by name: optimizer({ w, b }, adamw())."],
    [new Map(), "An optimizer needs at least one parameter."],
  ])("parameters that have no names %#", (parameters, message) => {
    expect(() => make(parameters, sgd())).toThrow(message);
  });
  test.each([[undefined], [null], [3], [new Model()], [w]])("gradients that have no names %#", (gradients) => {
    expect(() => update(gradients)).toThrow("The gradients must be given by name, { name: value } or a Map; got");
  });

  const shared = new ArrayBuffer(80);
  test.each([
    [
      { w: new Float64Array(2) },
      "The parameter `w` is a Float64Array. Give a Float32Array, or { data, shape, role, axes }.",
    ],
    [{ w: 3 }, "The parameter `w` is 3."],
    [{ w: undefined }, "The parameter `w` is undefined."],
    [{ w: { data: [1, 2] } }, "The parameter `w` is { data: a list of 2 }."],
    [{ w: { data: w, shape: [3, 4] } }, "`w` has 4 numbers and the shape [3, 4], which is 12. Which is right?"],
    [{ w: { data: w, shape: 4 } }, "`w` has the shape 4. Shapes are lists of whole numbers: [784, 10]."],
    [{ w: { data: w, shape: [-2, -2] } }, "`w` has the shape [-2, -2]. Dimensions are whole numbers, 0 or above."],
    [
      { a: new Float32Array(shared, 0, 10), b: new Float32Array(shared, 60, 5), c: new Float32Array(shared, 36, 6) },
      "`a`, `c` share memory. Every parameter needs numbers of its own; copy one.",
    ],
    [{ a: w, b: w }, "`a`, `b` are the same numbers. Tied weights are one parameter: give them once"],
  ])("parameters %#", (parameters, message) => {
    expect(() => make(parameters, sgd())).toThrow(message);
  });

  test("a gradient that lies in another parameter, or across its own", () => {
    const whole = numbers(20);
    const opt = optimizer({ a: whole.subarray(0, 8), b: whole.subarray(8, 16) }, sgd());
    expect(() => opt.update({ a: whole.subarray(8, 16) })).toThrow(
      "The gradient of `a` overlaps the parameter `b`, which changes during the step. Copy it.",
    );
    const [c, d] = [numbers(4), numbers(4, 2)];
    expect(() => optimizer({ c, d }, sgd()).update({ c: d })).toThrow("The gradient of `c` overlaps the parameter `d`");
    expect(() => opt.update({ b: whole.subarray(9, 17) })).toThrow("The gradient of `b` overlaps the parameter `b`");
  });

  test("a parameter whose buffer was transferred", () => {
    const gone = numbers(4);
    const opt = optimizer({ gone }, sgd());
    structuredClone(gone, { transfer: [gone.buffer] });
    expect(() => opt.update({ gone: numbers(4) })).toThrow(
      "`gone` had 4 numbers and now has 0. Was its buffer transferred to a worker, or a memory grown?",
    );
  });

  test("products of matrices that do not fit, by name", () => {
    const product = probe({ p: "p - g @ g" });
    expect(() => optimizer({ w: { data: w, shape: [1, 4] } }, product)).toThrow(
      "Probe cannot be run on a parameter of 1 × 4: it multiplies a matrix of 1 × 4 by one of 1 × 4. Give it another rule: partition(…).",
    );
  });

  test("an engine it does not know", () => {
    expect(() => make({ w }, sgd(), { engine: "gpu" })).toThrow(
      '`engine` must be one of `wasm`, `interpreter`; got "gpu".',
    );
  });

  test("an option it does not know", () => {
    expect(() => make({ w }, sgd(), { thread: 2 })).toThrow(
      "`optimizer` has no option `thread`; it takes `engine`, `threads`, `native`, `matmul`, `state`, `nonFinite`, `tied`, `world`, `shard`, `digestEvery`, `local`. Did you mean `threads`?",
    );
  });
});

describe("where WebAssembly is not allowed", () => {
  const blocked = (): void => {
    replace({
      Module: class {
        constructor() {
          throw new WebAssembly.CompileError("violates the Content Security Policy directive");
        }
      },
    });
  };
  const absent = (): void => {
    vi.stubGlobal("WebAssembly", undefined);
  };

  test.each([
    ["by a content security policy", blocked],
    ["at all", absent],
  ])("%s, the interpreter steps to the same bits", (_, stub) => {
    const results = [() => {}, stub].map((prepare) => {
      prepare();
      const { parameters, gradients } = allocate({ w: [30, 30] });
      parameters.w.set(numbers(900));
      gradients.w.set(numbers(900, 2));
      const opt = optimizer(parameters, adamw());
      for (let k = 0; k < 3; k++) opt.update(gradients);
      return { engine: opt.engine, w: parameters.w, state: opt.state() };
    });
    expect(results.map((r) => r.engine)).toEqual(["wasm", "interpreter"]);
    expect(results[1]!.w).toEqual(results[0]!.w);
    expect(results[1]!.state).toEqual(results[0]!.state);
  });

  test("the error for asking for it says how to allow it", () => {
    blocked();
    expect(() => optimizer({ w: numbers(3) }, sgd(), { engine: "wasm" })).toThrow(
      "WebAssembly cannot be used here: violates the Content Security Policy directive. Under a content security policy add 'wasm-unsafe-eval' to script-src, or use { engine: \"interpreter\" }.",
    );
    absent();
    expect(() => optimizer({ w: numbers(3) }, sgd(), { engine: "wasm" })).toThrow("this runtime has no WebAssembly");
  });
});

describe("arrays of `allocate`", () => {
  /** How often kernels are called and arrays copied during `work`. */
  function count(work: () => void): { readonly calls: number; readonly copies: number } {
    const copies = vi.spyOn(Float32Array.prototype, "set");
    let calls = 0;
    const original = WebAssembly;
    replace({
      Instance: class {
        readonly exports: unknown;
        constructor(module: WebAssembly.Module, imports: WebAssembly.Imports) {
          const { k } = new original.Instance(module, imports).exports as { readonly k: (...args: number[]) => void };
          this.exports = {
            k: (...args: number[]) => {
              calls++;
              k(...args);
            },
          };
        }
      },
    });
    work();
    const result = { calls, copies: copies.mock.calls.length };
    vi.restoreAllMocks();
    vi.unstubAllGlobals();
    return result;
  }
  const shapes = { w: [10, 13], b: [7], v: [40], none: [0], last: [3, 1] } as const;

  test("know their shapes and roles, hold zeros and lie in one memory", () => {
    const { parameters, gradients } = allocate({ w: { shape: [2, 3], role: "embedding" }, b: [5] });
    expect(parameters.w).toEqual(new Float32Array(6));
    expect(gradients.b).toEqual(new Float32Array(5));
    expect(new Set([...Object.values(parameters), ...Object.values(gradients)].map((x) => x.buffer)).size).toBe(1);
    expect(optimizer(parameters, sgd()).inspect().parameters).toMatchObject({
      w: { shape: [2, 3], role: "embedding" },
      b: { shape: [5] },
    });
    expect(optimizer({ w: { data: parameters.w, shape: [3, 2] } }, sgd()).inspect().parameters.w).toMatchObject({
      shape: [3, 2],
      role: "embedding",
    });
  });

  test("are stepped where they are, in one call; ordinary arrays are copied through", () => {
    const { parameters, gradients } = allocate(shapes);
    const ordinary = Object.fromEntries(Object.entries(parameters).map(([n, x]) => [n, numbers(x.length)]));
    const other = Object.fromEntries(Object.entries(parameters).map(([n, x]) => [n, numbers(x.length, 2)]));
    for (const [n, x] of Object.entries(parameters)) x.set(ordinary[n]!);
    for (const [n, x] of Object.entries(gradients)) x.set(other[n]!);
    const inside = optimizer(parameters, adamw());
    const outside = optimizer(ordinary, adamw());
    expect(count(() => inside.update(gradients))).toEqual({ calls: 1, copies: 0 });
    // p and g in, p out, for each of the four that have elements.
    expect(count(() => outside.update(other))).toEqual({ calls: 4, copies: 12 });
    expectSame([parameters], [ordinary]);
    expectSame([inside.state().tensors].map(data), [outside.state().tensors].map(data));
  });
  const data = (tensors: StateDict["tensors"]): Record<string, Float32Array> =>
    Object.fromEntries(Object.entries(tensors).map(([key, t]) => [key, t.data]));

  test("are stepped together only where scalars agree and all of them are stepped", () => {
    const run = (rule: Configured = adamw(), without = ""): number => {
      const { parameters, gradients } = allocate(shapes); // anew: kernels are kept per memory
      const given = Object.fromEntries(Object.entries(gradients).filter(([name]) => name !== without));
      const opt = optimizer<string>(parameters, rule);
      return count(() => opt.update(given)).calls;
    };
    expect(run()).toBe(1);
    expect(run(adamw(), "v")).toBe(2);
    expect(run(sgd())).toBe(1);
    expect(run(sgd(), "b")).toBe(2); // not even over a gap as small as this
    expect(run(adamw({ decays: ({ name }) => name !== "b" }))).toBe(3);
    expect(run(partition({ one: sgd(), other: sgd() }, { other: "b" }))).toBe(1); // equal numbers, whatever the group
    expect(run(clipByGlobalNorm(adamw(), 1))).toBe(4 + 1); // a sum for each that has elements, then all at once
    const { parameters, gradients } = allocate(shapes);
    const backwards = Object.fromEntries(Object.entries(parameters).reverse());
    expect(count(() => optimizer<string>(backwards, sgd()).update(gradients)).calls).toBe(1);
  });

  test("may be cut up: views side by side are stepped together, and nothing between them changes", () => {
    const flat = allocate({ flat: [64] });
    const names = ["a", "b", "c"] as const;
    const cut = (x: Float32Array) => ({ a: x.subarray(0, 5), b: x.subarray(5, 18), c: x.subarray(20, 31) });
    flat.parameters.flat.set(numbers(64));
    flat.gradients.flat.set(numbers(64, 2));
    const [p, g] = [cut(flat.parameters.flat), cut(flat.gradients.flat)];
    const copies = Object.fromEntries(names.map((n) => [n, p[n].slice()]));
    const before = flat.parameters.flat.slice();
    const opt = optimizer(p, sgd());
    expect(count(() => opt.update(g)).calls).toBe(2);
    optimizer(copies, sgd(), { engine: "interpreter" }).update(g);
    expectSame([p], [copies]);
    for (const at of [18, 19, 31, 32, 63]) expect(flat.parameters.flat[at]).toBe(before[at]);
  });

  test("have their state in the same memory, and give it back", () => {
    const { parameters, gradients } = allocate({ w: [1000], b: [3] }, { slots: 3 });
    const memories = countMemories();
    for (let k = 0; k < 20; k++) {
      const opt = optimizer(parameters, adam());
      opt.update(gradients);
      opt.dispose();
    }
    expect(memories()).toBe(0);
    const [one, two] = [optimizer(parameters, adam()), optimizer(parameters, adam())];
    one.update(gradients);
    two.update(gradients);
    expect(memories()).toBe(1); // room for one slot more is too little for the second
    two.update(gradients);
    expect(two.state().tensors["m/w"]!.data).toEqual(new Float32Array(1000));
  });

  test("mix with ordinary ones", () => {
    const { parameters } = allocate({ a: [2000], b: [31] });
    parameters.a.set(numbers(2000));
    parameters.b.set(numbers(31));
    const all = { ...parameters, c: numbers(17) };
    const copies = Object.fromEntries(Object.entries(all).map(([n, x]) => [n, x.slice()]));
    const results = [all, copies].map((p) => {
      const opt = optimizer(p, clipByGlobalNorm(adamw(), 0.1));
      for (let k = 0; k < 3; k++) opt.update({ a: numbers(2000, k), b: numbers(31, k), c: numbers(17, k) });
      return p;
    });
    expectSame([results[0]!], [results[1]!]);
  });

  test("are refused for invalid shapes, and where the machine has no room", () => {
    expect(() => allocate({ w: [2.5] })).toThrow("`w` has the shape [2.5]. Dimensions are whole numbers, 0 or above.");
    const invalid: object = { w: 784 };
    expect(() => allocate({ ...invalid })).toThrow(
      "`w` has the shape 784. Shapes are lists of whole numbers: [784, 10].",
    );
    expect(() => allocate({ w: [2 ** 16, 2 ** 16] })).toThrow(/Cannot allocate another 32\d{3} MiB of memory/);
    expect(() => allocate({ w: [2] }, { slots: -1 })).toThrow("`allocate` has `slots` = -1. Give it a whole number");
    const wrong: object = { share: true };
    expect(() => allocate({ w: [2] }, wrong)).toThrow("`allocate` has no option `share`");
  });
});
