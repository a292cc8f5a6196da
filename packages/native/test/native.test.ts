import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { adamw } from "@descent/adam";
import { type Native as Asked, allocate, type Optimizer, optimizer } from "@descent/arrays";
import { load, rules } from "@descent/catalogue";
import { type Configured, clipByGlobalNorm } from "@descent/core";
import { configured } from "@descent/core/adapter";
import { apply, type Macro } from "@descent/core/graph";
import { type Native, native } from "@descent/native";
import { afterAll, afterEach, describe, expect, test, vi } from "vitest";
import { HANG } from "../../../tests/limits.ts";
import { long, runs } from "../../../tests/long.ts";
import fc from "../../../tests/properties.ts";
import { binary, caseOf, ruleOf, trees, unary } from "../../arrays/test/random.ts";
import { type Case, expectSame, spec, specials, step, uniform } from "../../arrays/test/run.ts";

const work = mkdtempSync(path.join(tmpdir(), "descent native ")); // a folder with spaces
afterAll(() => rmSync(work, { recursive: true }));
afterEach(() => vi.unstubAllEnvs());
const compiled: Asked = await native({ folder: path.join(work, "cache") });
const there = compiled.compiler !== undefined;

test.skipIf(spawnSync("cc", ["--version"]).status !== 0)("a compiler that is there is used", () => {
  expect(compiled.why).toBeUndefined();
});

/** Takes the step by both. */
function compare(cases: readonly Case[], on: Asked = compiled): void {
  for (const layout of ["inside", "outside"] as const)
    expectSame(step(cases, "wasm", layout, { native: on }), step(cases, "wasm", layout));
}

/** The same updates by WebAssembly and by machine code, on one thread or several of arrays' own. */
async function train(
  rule: Configured,
  threads: number,
  shapes: Readonly<Record<string, readonly number[]>>,
  on: Asked = compiled,
) {
  const results = [];
  for (const options of [{}, { native: on, threads }]) {
    const { parameters, gradients } = allocate(shapes, { shared: threads > 1 });
    const next = uniform(2);
    for (const x of Object.values(parameters)) for (let i = 0; i < x.length; i++) x[i] = next();
    const opt: Optimizer = optimizer(parameters, rule, options);
    for (let k = 0; k < 4; k++) {
      for (const x of Object.values(gradients)) for (let i = 0; i < x.length; i++) x[i] = next();
      opt.update(gradients);
      if (k === 0 && "native" in options && threads > 1)
        await vi.waitFor(() => expect(opt.threads).toBe(threads), { timeout: HANG, interval: 1 });
    }
    const { tensors } = opt.state();
    const state = Object.fromEntries(Object.entries(tensors).map(([key, { data }]) => [key, data]));
    results.push({ all: [parameters, state], native: opt.inspect().native });
    opt.dispose();
  }
  expectSame(results[1]!.all, results[0]!.all);
  return results[1]!.native!; // asked for
}

describe.skipIf(!there)("machine code has the bits of WebAssembly", () => {
  test(
    "for every rule of the catalogue, which it runs but for what is by rows",
    async () => {
      // All of them take minutes, most of which the compiler does.
      const some = long ? rules : rules.filter((_, i) => i % 8 === 0);
      const partly: string[] = [];
      for (const { name } of some) {
        const rule = await load(name);
        const phases = Object.keys(rule.phases ?? {}).length + 1;
        const results = [undefined, compiled].map((on) => {
          const next = uniform(name.length);
          const numbers = (): Float32Array => Float32Array.from({ length: 23 * 47 }, next);
          const w = { data: numbers(), shape: [23, 47] };
          const opt: Optimizer = optimizer({ w }, rule(), on && { native: on });
          for (let k = 0; k < 2 * phases; k++) {
            const inputs = Object.entries(rule.inputs ?? {}).map(([input, place]) => [
              input,
              place === "model" ? 1.5 : { w: numbers().map(Math.abs) },
            ]);
            opt.update({ w: numbers() }, Object.fromEntries(inputs));
          }
          const { tensors } = opt.state();
          const state = Object.fromEntries(Object.entries(tensors).map(([key, { data }]) => [key, data]));
          const report = opt.inspect().native;
          if (report && report.webAssembly.length > 0) partly.push(name);
          opt.dispose();
          return [{ w: w.data }, state];
        });
        try {
          expectSame(results[1]!, results[0]!);
        } catch (error) {
          expect.fail(`${name}: ${String(error)}`);
        }
      }
      expect(some.length - partly.length).toBeGreaterThan(0.7 * some.length);
    },
    HANG,
  );

  test("for every operation on every pair of special numbers", () => {
    const n = specials.length;
    const of = (name: string, i: number): number => specials[name === "p" ? i % n : Math.floor(i / n) % n]!;
    const parameter = { name: "w", shape: [2 * n * n] };
    expect(2 * n * n).toBeGreaterThan(512);
    const macros: Record<string, Macro> = {};
    const formulas: Record<string, string> = {};
    for (const op of [...unary, ...binary]) {
      const one = (unary as readonly string[]).includes(op);
      macros[`f${op}`] = (_, ...args) => apply(op, ...args.slice(0, one ? 1 : 2));
      formulas[op] = `f${op}(p, g)`;
    }
    macros.choose = (_, a, b) => apply("select", a!, b!, a!);
    const slots = Object.keys(formulas).map((op) => `s${op}`);
    const imported = ["exp", "log", "tanh", "cos", "sin", "erf", "atan2", "pow", "mod"];
    const own = Object.keys(formulas).filter((op) => !imported.includes(op));
    const state = Object.fromEntries(slots.map((slot) => [slot, 0]));
    const update = (ops: readonly string[]): Record<string, string> => ({
      ...Object.fromEntries(ops.map((op) => [`s${op}`, formulas[op]!])),
      p: "choose(p, g)",
    });
    compare([caseOf(spec(update(own), state, { h: 0 }, macros), parameter, 0, of)]);
    for (const op of imported) compare([caseOf(spec(update([op]), state, { h: 0 }, macros), parameter, 0, of)]);
  });

  test("for random rules, on special and ordinary numbers, around the sizes of blocks and chunks", () => {
    const length = fc.constantFrom(512, 513, 769, 1023, 16383, 16384, 16387, 32771);
    fc.assert(
      fc.property(trees, length, fc.nat(), (t, n, seed) => {
        const next = uniform(seed);
        const of = (): number =>
          next() > 0.9 ? specials[Math.floor((next() + 1) * 0.5 * specials.length)]! : 3 * next();
        compare([caseOf(ruleOf(t), { name: "w", shape: [n] }, 0.7, of)]);
      }),
      { numRuns: runs(6) },
    );
  });

  test.each([1, 2])("for AdamW, clipped by the norm of all, on %i threads", async (threads) => {
    const shapes = { big: [601, 700], small: [7], middle: [1025] };
    expect(await train(clipByGlobalNorm(adamw(), 0.5), threads, shapes)).toEqual({
      compiler: compiled.compiler,
      loops: 2,
      webAssembly: [],
    });
  });

  describe("on threads of its own, for any number of them", () => {
    // Pieces of whole chunks, pieces that end within one, and loops too short to share.
    const shapes = { big: [601, 700], small: [7], exact: [2 ** 18], middle: [1025] };

    test.each([2, 3, 64])("AdamW, clipped by the norm of all, on %i", async (threads) => {
      const on: Asked = await native({ folder: path.join(work, "cache"), threads });
      expect(await train(clipByGlobalNorm(adamw(), 0.5), 1, shapes, on)).toMatchObject({ loops: 2, webAssembly: [] });
    });

    test("sums per tensor and the largest of all", async () => {
      const sums = spec(
        { p: "p - lr * g / (norm(g) + rms(p) + largest(abs(g)))", m: "m + g * g" },
        { m: 0 },
        { lr: 0.1 },
      );
      const on: Asked = await native({ folder: path.join(work, "cache"), threads: 2 });
      expect((await train(configured(sums, {}), 1, shapes, on)).loops).toBeGreaterThan(0);
    });

    test("all of them take part, and a call without memory for its sums is done on one", async () => {
      const on = await native({ folder: path.join(work, "cache"), threads: 3 });
      const asked: number[] = [];
      const without: Asked = {
        ...on,
        compile: (kernel) => {
          const made = on.compile(kernel);
          if (typeof made === "string") return made;
          return {
            ...made,
            whole: (...args) => {
              // Every other call finds none.
              const done = asked.length % 2 === 0 ? made.whole(...args) : 0;
              asked.push(done);
              return done;
            },
          };
        },
      };
      await train(clipByGlobalNorm(adamw(), 0.5), 1, shapes, without);
      expect(asked.length).toBeGreaterThan(4);
      expect(asked).toEqual(asked.map((_, i) => (i % 2 === 0 ? 3 : 0)));
    });

    test("1 to 64", async () => {
      for (const threads of [0, 65, 1.5, Number.NaN])
        await expect(native({ threads })).rejects.toThrow(`\`threads\` must be 1 to 64; got ${threads}.`);
    });
  });

  test("in arrays outside its memory, which it does not copy", async () => {
    const on: Asked = await native({ folder: path.join(work, "cache"), threads: 2 });
    const sizes = { small: 600, big: 300_001, odd: 16_385 };
    const rule = clipByGlobalNorm(adamw(), 0.5);
    const make = {
      ordinary: (n: number) => new Float32Array(n),
      "parts of one buffer, four bytes off": (n: number) => new Float32Array(new ArrayBuffer(4 * n + 12), 4, n),
      shared: (n: number) => new Float32Array(new SharedArrayBuffer(4 * n)),
    };
    for (const [kind, of] of Object.entries(make)) {
      const [a, b] = [on, undefined].map((native) => {
        const next = uniform(5);
        const fresh = (): Record<string, Float32Array> =>
          Object.fromEntries(
            Object.entries(sizes).map(([k, n]) => {
              const array = of(n);
              for (let i = 0; i < n; i++) array[i] = next();
              return [k, array];
            }),
          );
        const parameters = fresh();
        const opt = optimizer(parameters, rule, native && { native });
        for (let k = 0; k < 3; k++) opt.update(fresh());
        const { tensors } = opt.state();
        return [parameters, Object.fromEntries(Object.entries(tensors).map(([key, { data }]) => [key, data]))];
      });
      try {
        expectSame(a!, b!);
      } catch (error) {
        expect.fail(`${kind}: ${String(error)}`);
      }
    }
  });

  test("where the gradient is the parameter's own array", () => {
    const [a, b] = [compiled, undefined].map((on) => {
      const { parameters } = allocate({ w: [3000] });
      for (let i = 0; i < 3000; i++) parameters.w[i] = Math.sin(i);
      const opt = optimizer(parameters, adamw(), on && { native: on });
      for (let k = 0; k < 3; k++) opt.update(parameters);
      return parameters;
    });
    expectSame([a!], [b!]);
  });
});

test.skipIf(!there)("loops that C would round otherwise stay WebAssembly, and inspect says so", async () => {
  const smooth = configured(spec({ p: "p - lr * tanh(g)" }), {});
  expect(await train(smooth, 1, { w: [600] })).toEqual({
    compiler: compiled.compiler,
    loops: 0,
    webAssembly: ["it needs `tanh`, which C libraries round otherwise than JavaScript does"],
  });
  const byColumn = configured(spec({ c: "columnSum(g)", p: "p - lr * c" }, { c: { place: "column", init: 0 } }), {});
  expect((await train(byColumn, 1, { w: [4, 600] })).webAssembly).toEqual([
    "it runs by rows and columns, which are too short for calls",
  ]);
});

test.skipIf(!there)("state in fewer bytes stays WebAssembly, and inspect says so", () => {
  const opt = optimizer({ w: new Float32Array(6000) }, adamw(), { native: compiled, state: "bfloat16" });
  opt.update({ w: new Float32Array(6000) });
  expect(opt.inspect().native).toMatchObject({
    loops: 0,
    webAssembly: ["its state is kept in fewer bytes, or its numbers are drawn"],
  });
});

describe.skipIf(!there)("the cache", () => {
  const folder = path.join(work, "tried");
  const update = (on: Native): void => {
    optimizer({ w: new Float32Array(600) }, adamw(), { native: on }).update({ w: new Float32Array(600).fill(1) });
  };

  test("compiles once, into a folder of this user alone", async () => {
    update(await native({ folder }));
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    const made = readdirSync(folder);
    expect(made).toHaveLength(2);
    const before = made.map((name) => statSync(path.join(folder, name)).mtimeMs);
    update(await native({ folder }));
    expect(readdirSync(folder)).toEqual(made);
    expect(made.map((name) => statSync(path.join(folder, name)).mtimeMs)).toEqual(before);
  });

  test("does not load what is not what it wrote", async () => {
    update(await native({ folder }));
    const made = readdirSync(folder).map((name) => path.join(folder, name));
    const bytes = made.map((file) => readFileSync(file));
    // One byte more, another's right to write, and a link: each is compiled again.
    rmSync(made[0]!); // written over in place, a library that is loaded would take this process with it when it is closed
    writeFileSync(made[0]!, Buffer.concat([bytes[0]!, Buffer.of(0)]), { mode: 0o700 });
    chmodSync(made[1]!, 0o777);
    update(await native({ folder }));
    expect(made.map((file) => statSync(file).mode & 0o777)).toEqual([0o700, 0o700]);
    expect(made.map((file) => readFileSync(file))).toEqual(bytes);
    const elsewhere = path.join(work, "elsewhere.so");
    writeFileSync(elsewhere, bytes[0]!);
    rmSync(made[0]!);
    symlinkSync(elsewhere, made[0]!);
    update(await native({ folder }));
    expect(readFileSync(made[0]!)).toEqual(bytes[0]!);
    expect(existsSync(elsewhere)).toBe(true);
  });

  test("is refused where others may open it, or where it is a link", async () => {
    const open = path.join(work, "open");
    mkdirSync(open, { mode: 0o755 });
    await expect(native({ folder: open })).rejects.toThrow("other users may open it");
    const link = path.join(work, "link");
    symlinkSync(folder, link);
    await expect(native({ folder: link })).rejects.toThrow("not a folder but a link");
    const shared = path.join(work, "shared");
    mkdirSync(shared);
    chmodSync(shared, 0o777);
    await expect(native({ folder: path.join(shared, "mine") })).rejects.toThrow(`every user may change ${shared}`);
  });
});

describe("without a compiler", () => {
  test("WebAssembly runs, and `why` and `inspect` say so", async () => {
    vi.stubEnv("PATH", work);
    vi.stubEnv("CC", "");
    const none = await native({ folder: path.join(work, "unused") });
    expect(none).toMatchObject({
      compiler: undefined,
      why: "there is no `cc`; there is no `gcc`; there is no `clang`",
    });
    const w = new Float32Array(600).fill(1);
    const opt = optimizer({ w }, adamw(), { native: none });
    opt.update({ w: new Float32Array(600).fill(1) });
    expect(w[0]).toBeLessThan(1);
    expect(opt.inspect().native).toEqual({ compiler: undefined, loops: 0, webAssembly: [none.why] });
  });

  test("one that was named is an error", async () => {
    await expect(native({ compiler: "no-such-compiler" })).rejects.toThrow(
      "The compiler `no-such-compiler` does not work here: there is no `no-such-compiler`.",
    );
    const closed = mkdtempSync(path.join(work, "closed-"));
    chmodSync(closed, 0o000); // for all but root
    vi.stubEnv("PATH", `${closed}:${process.env.PATH}`);
    await expect(native({ compiler: "no-such-compiler" })).rejects.toThrow("there is no `no-such-compiler`.");
    const broken = path.join(work, "broken");
    writeFileSync(broken, "#!/bin/sh\necho 'error: it is broken' >&2\nexit 1\n", { mode: 0o755 });
    await expect(native({ compiler: broken })).rejects.toThrow("error: it is broken");
  });

  test("the interpreter refuses `native`", () => {
    expect(() => optimizer({ w: new Float32Array(1) }, adamw(), { engine: "interpreter", native: compiled })).toThrow(
      "`native` compiles the kernels of WebAssembly",
    );
  });
});
