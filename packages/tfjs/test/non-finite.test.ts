import { adam } from "@descent/adam";
import { type Configured, clipByGlobalNorm, freeze, rule } from "@descent/core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type OptimizerOptions, optimizer } from "../src/index.ts";
import { tf, use } from "./backends.ts";
import { normal } from "./numbers.ts";

/** Sizes that fill no register, whole ones, and those that are summed in two ways. */
const sizes = [1, 3, 64, 1001];
const odd = [Number.NaN, Infinity, -Infinity];

describe.each([
  ["cpu", true],
  ["cpu", false],
  ["wasm", true],
  ["wasm", false],
] as const)("gradients that are not finite, on the %s backend, fused: %s", (backend, fused) => {
  beforeAll(() => use(backend));
  afterAll(() => use("cpu"));

  const start = (rule: Configured, options: OptimizerOptions = {}) => {
    const variables = sizes.map((size, i) =>
      tf.tidy(() => tf.variable(tf.tensor1d(normal([size], i + 1)), true, `n${size}`)),
    );
    const opt = optimizer(rule, { fused, ...options });
    const give = (change: (numbers: Float32Array, size: number) => void = () => {}): void =>
      tf.tidy(() => {
        const gradients = variables.map(({ name, size }, i) => {
          const numbers = normal([size], 50 + i);
          change(numbers, size);
          return { name, tensor: tf.tensor1d(numbers) };
        });
        opt.applyGradients(gradients);
      });
    const all = async () => ({
      numbers: variables.map((v) => [...v.dataSync()]),
      state: await opt.state(),
    });
    const dispose = (): void => {
      opt.dispose();
      tf.dispose(variables);
    };
    return { opt, give, all, dispose };
  };

  test("and other inputs that are not are an error that names them, and nothing has changed", () => {
    const reading = rule({
      id: "reading",
      title: "Reading",
      paper: "",
      hyper: { lr: 1, seed: 0 },
      state: {},
      inputs: { h: "tensor", loss: "model" },
      update: { p: "p - lr * g * h * loss + 0 * normal()" },
    });
    const w = tf.variable(tf.tensor1d([1, 2]), true, "read");
    const opt = optimizer(reading(), { fused });
    const give = (h: number, loss: number): void =>
      tf.tidy(() => opt.applyGradients({ read: tf.ones([2]) }, { h: { read: tf.tensor1d([1, h]) }, loss }));
    for (const value of odd) {
      expect(() => give(value, 1)).toThrow(
        "`h/read` is not finite at step 0, and the step was not applied. Look at what computes it, or leave",
      );
      expect(() => give(1, value)).toThrow("`loss` is not finite at step 0");
    }
    expect([...w.dataSync()]).toEqual([1, 2]);
    expect(opt.inspect().nonFinite).toBe(2 * odd.length);
    give(1, 1);
    expect([...w.dataSync()]).toEqual([0, 1]);
    opt.dispose();
    w.dispose();
  });

  test("are an error that names their variables, wherever they are, and nothing has changed", async () => {
    const { opt, give, all, dispose } = start(clipByGlobalNorm(adam(), 1));
    give();
    const before = await all();
    let refused = 0;
    for (const size of sizes)
      for (const at of new Set([0, Math.floor(size / 2), size - 1]))
        for (const value of odd) {
          const one = (numbers: Float32Array, of: number): void => {
            if (of === size) numbers[at] = value;
          };
          expect(() => give(one)).toThrow(`The gradient of \`n${size}\` is not finite at step 1`);
          refused++;
        }
    expect(() => give((numbers) => numbers.fill(Number.NaN))).toThrow("The gradient of `n1`, `n3`, `n64`, `n1001` is");
    expect(await all()).toEqual(before);
    expect([opt.step, opt.inspect().nonFinite]).toEqual([1, refused + 1]);
    give();
    expect(opt.step).toBe(2);
    dispose();
  });

  test("are left out and counted if asked, so that training goes on as without them", async () => {
    const disturbed = start(adam(), { nonFinite: "skip" });
    for (let i = 0; i < 3; i++) {
      disturbed.give();
      disturbed.give((numbers) => {
        numbers[0] = Number.NaN;
      });
    }
    const found = await disturbed.all();
    const { nonFinite } = disturbed.opt.inspect();
    disturbed.dispose();
    const again = start(adam());
    for (let i = 0; i < 3; i++) again.give();
    expect(found).toEqual(await again.all());
    expect(nonFinite).toBe(3);
    again.dispose();
  });

  test("are applied if asked", () => {
    const { opt, give, all, dispose } = start(adam(), { nonFinite: "apply" });
    give((numbers) => numbers.fill(Number.NaN));
    expect(opt.step).toBe(1);
    return all().then(({ numbers }) => {
      expect(numbers.flat().every(Number.isNaN)).toBe(true);
      dispose();
    });
  });

  test("of frozen variables do not matter, and the largest float32 numbers are finite", async () => {
    const { opt, give, dispose } = start(freeze(adam(), "n3"));
    give((numbers, size) => {
      if (size === 3) numbers.fill(Number.NaN);
    });
    give((numbers) => numbers.fill(-3.4028234663852886e38));
    expect(opt.step).toBe(2);
    dispose();
  });
});

test("the option is one of three", () => {
  const wrong: readonly object[] = [{ nonFinite: "skp" }, { nonFinite: true }, { nonFinite: null }];
  for (const options of wrong) expect(() => optimizer(adam(), options)).toThrow("`nonFinite` must be one of");
});
