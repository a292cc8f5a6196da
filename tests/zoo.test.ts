import { type Optimizer, optimizer } from "@descent/arrays";
import { type AnyRule, load, rules } from "@descent/catalogue";
import { type Configured, freeze } from "@descent/core";
import { accumulate } from "@descent/transforms";
import { describe, expect, test } from "vitest";
import { couplesTensors } from "../packages/conformance/src/checks.ts";

/* Claims about every rule of the catalogue, beside those of the conformance kit. */

const all = await Promise.all(rules.map(async ({ name }) => [name, await load(name)] as const));

/** Multiples of 1/256, whose sums and halves are exact. */
const numbers = (length: number, seed: number): Float32Array =>
  Float32Array.from(
    { length },
    (_, i) => Math.round(256 * (Math.sin(seed + 1.7 * i) + Math.cos(i * i + seed) / 2)) / 256,
  );
const [ROWS, COLS] = [3, 4];
const turned = (x: Float32Array): Float32Array =>
  Float32Array.from(x, (_, k) => x[(k % ROWS) * COLS + Math.floor(k / ROWS)]!); // a permutation

/** The inputs that a rule reads beside gradients. */
const inputsOf = ({ inputs = {} }: AnyRule, of: (x: Float32Array) => Float32Array, seed: number) =>
  Object.fromEntries(
    Object.entries(inputs).map(([name, place]) => [
      name,
      place === "model" ? 1.5 : { w: of(numbers(ROWS * COLS, seed + 50).map(Math.abs)) },
    ]),
  );

/** Trains one matrix for some rounds, and returns it. */
function trained(
  rule: AnyRule,
  make: (rule: AnyRule) => Configured,
  { turn = false, micro = 1 }: { readonly turn?: boolean; readonly micro?: number } = {},
): Float32Array {
  const of = turn ? turned : (x: Float32Array): Float32Array => x;
  const data = of(numbers(ROWS * COLS, 1));
  const w = turn
    ? { data, shape: [COLS, ROWS], axes: { in: [0], out: [1] } }
    : { data, shape: [ROWS, COLS], axes: { in: [1], out: [0] } };
  const opt = optimizer({ w }, make(rule));
  const phases = Object.keys(rule.phases ?? {}).length + 1;
  for (let k = 0; k < 4 * phases; k++) {
    const [g, apart] = [numbers(ROWS * COLS, k + 2), numbers(ROWS * COLS, k + 90)];
    for (let i = 0; i < micro; i++)
      opt.update(
        { w: of(micro === 1 ? g : g.map((x, j) => x + (i === 0 ? 1 : -1) * apart[j]!)) },
        inputsOf(rule, of, k) as never,
      ); // those that it names
  }
  opt.dispose();
  return turn ? turned2(data) : data;
}
const turned2 = (x: Float32Array): Float32Array =>
  Float32Array.from(x, (_, k) => x[(k % COLS) * ROWS + Math.floor(k / COLS)]!); // back

const plain = (rule: AnyRule): Configured => rule();
/** Rules that draw random numbers, or start from some: by element of the memory, and anew in each update. */
const drawing = new Set(["bsam", "ivon", "psgdKron", "sgld"]);

describe("a matrix that lies the other way round gets the same step", () => {
  test.each(all.filter(([name, { layout }]) => layout && !drawing.has(name)))("%s", (_, rule) => {
    const [straight, other] = [trained(rule, plain), trained(rule, plain, { turn: true })];
    const start = numbers(ROWS * COLS, 1);
    const moved = Math.hypot(...straight.map((x, i) => x - start[i]!));
    expect(moved).toBeGreaterThan(0);
    expect(Math.hypot(...straight.map((x, i) => x - other[i]!)) / moved).toBeLessThan(1e-4); // float32, sums in another order
  });
});

describe("two batches are one of their mean, bit for bit", () => {
  const refused = ["bsam", "extraAdam", "extragradient", "nesterovLookahead"];
  test.each(all.filter(([name]) => !drawing.has(name) && !refused.includes(name)))("%s", (_, rule) => {
    const halves = trained(rule, (one) => accumulate(one(), { every: 2 }), { micro: 2 });
    expect(halves).toEqual(trained(rule, plain));
  });
  test("rounds of several phases cannot be accumulated, and say so", () => {
    const names = all.filter(([, { phases }]) => Object.keys(phases ?? {}).length > 0).map(([name]) => name);
    expect(names.sort()).toEqual(refused);
    for (const [, rule] of all.filter(([name]) => refused.includes(name)))
      expect(() => accumulate(rule())).toThrow(/has phases/);
  });
});

describe("a parameter that is thawed late starts as a new one, and the others go on", () => {
  const names = ["w", "v"] as const;
  const start = () => ({ w: matrix(numbers(ROWS * COLS, 1)), v: matrix(numbers(ROWS * COLS, 7)) });
  const matrix = (data: Float32Array) => ({ data, shape: [ROWS, COLS], axes: { in: [1], out: [0] } });
  type Model = ReturnType<typeof start>;
  /** Rounds from one to another, with gradients for some of the parameters. */
  const train = (
    rule: AnyRule,
    opt: Optimizer<keyof Model>,
    model: Model,
    [from, to]: readonly [number, number],
    of: readonly (keyof Model)[],
  ) => {
    const phases = Object.keys(rule.phases ?? {}).length + 1;
    const all = (seed: number) =>
      Object.fromEntries(of.map((name) => [name, numbers(ROWS * COLS, seed + (name === "v" ? 40 : 0))]));
    for (let k = from * phases; k < to * phases; k++) {
      const beside = Object.entries(rule.inputs ?? {}).map(([name, place]) => [
        name,
        place === "model" ? 1.5 : all(k + 50),
      ]);
      opt.update(all(k + 2), Object.fromEntries(beside) as never); // those that it names
    }
    return names.map((name) => model[name].data.slice());
  };

  test.each(all)("%s", async (name, rule) => {
    const model = start();
    const frozen = optimizer(model, freeze(rule(), "v"));
    train(rule, frozen, model, [0, 2], ["w"]);
    expect(model.v.data).toEqual(start().v.data);
    const thawed = optimizer(model, rule());
    const { unexpected, mismatched } = thawed.load(frozen.state(), { strict: false }); // which does not know `v`
    expect([unexpected, mismatched]).toEqual([[], []]);
    const [w, v] = train(rule, thawed, model, [2, 9], names);
    expect(v).not.toEqual(start().v.data);
    // The same without a pause: gradients of one come later.
    const other = start();
    const opt = optimizer(other, rule());
    train(rule, opt, other, [0, 2], ["w"]);
    expect([w, v]).toEqual(train(rule, opt, other, [2, 9], names));
    if (drawing.has(name) || couplesTensors(rule())) return;
    const alone = start();
    expect(train(rule, optimizer(alone, rule()), alone, [0, 9], ["w"])[0]).toEqual(w);
    const fresh = start();
    expect(train(rule, optimizer(fresh, rule()), fresh, [2, 9], ["v"])[1]).toEqual(v);
  });
});
