import { type Configured, partition } from "@descent/core";
import { flag, knownOptions, notNegative, type Shape, size } from "@descent/core/adapter";
import { assert, sameBits, sameState } from "./assert.ts";
import {
  checkApart,
  checkEmpty,
  checkExact,
  checkFrozen,
  checkMissing,
  checkOrder,
  checkRefusesEmpty,
  checkResume,
  readAll,
  run,
  using,
} from "./checks.ts";
import { type Data, pick, sampleData } from "./data.ts";
import { largestError, TOLERANCE } from "./displacement.ts";
import {
  elementwise,
  largest,
  matrixReducing,
  products,
  reducing,
  remainders,
  squareProducts,
  transcendental,
  wholes,
} from "./formulas.ts";
import { laid, memory, orthogonalize, probe, shared, sized } from "./probes.ts";
import { reference } from "./reference.ts";
import type { Runner } from "./runner.ts";
import { all, belongs, type Share, takesShare } from "./share.ts";
import { takes, takesRecord, takesTarget } from "./takes.ts";
import type { Starts, Target } from "./target.ts";

/** Options of `describeBackend`: what a backend promises, and what it declines. */
export interface BackendOptions {
  /** Whether element arithmetic gives the same bits as one float32 rounding per operation. GPUs promise less. */
  readonly exact?: boolean | undefined;
  /** The largest displacement error against the reference where bits may differ; by default {@link TOLERANCE}. */
  readonly tolerance?: number | undefined;
  /** Formulas of {@link elementwise} … {@link squareProducts} this backend refuses, and why. It fails when one is accepted. */
  readonly refuses?: Readonly<Record<string, string>> | undefined;
  /** Why this backend declines tensors without elements. It fails when one is accepted. */
  readonly refusesEmpty?: string | undefined;
  /** How many tensors, buffers or bytes are alive, where the backend can tell. */
  readonly live?: (() => number) | undefined;
  /** The share of formulas and sizes to declare, for backends on which each takes seconds; all by default. */
  readonly share?: Share | undefined;
  /** How many formulas are added up in one rule, for backends on which each rule takes seconds to compile; 1 by default. */
  readonly together?: number | undefined;
}

const matrices = (data: Data, shape: Shape = [3, 7]): Data => {
  const starts: Starts = Object.fromEntries(
    Object.entries(data.starts).map(([name, s]) => [name, { ...s, shape: name === "w" ? shape : s.shape }]),
  );
  return { ...data, starts };
};

/**
 * Declares the tests every backend must pass: each operator of the notation against the reference, sizes that leave a
 * register partly empty, resume, freezing, missing gradients, a failing step that changes nothing.
 */
export function describeBackend({ describe, test }: Runner, target: Target, options: BackendOptions = {}): void {
  takesTarget("describeBackend", target);
  const names = ["exact", "tolerance", "refuses", "refusesEmpty", "live", "share", "together"] as const;
  const {
    exact = false,
    tolerance = TOLERANCE,
    refuses = {},
    refusesEmpty,
    live,
    share = all,
    together = 1,
  } = knownOptions("describeBackend", options, names);
  flag("describeBackend", { exact });
  notNegative("describeBackend", { tolerance });
  takesRecord("describeBackend", "`refuses`: reasons by formula", refuses);
  takesShare("describeBackend", share);
  const whole = Number.isSafeInteger(together) && together > 0;
  takes("describeBackend", "`together`: how many formulas a rule adds up, 1 or more", together, whole);
  describe(`the backend ${target.name}`, () => {
    const data = sampleData({ steps: 4 });

    const agrees = async (rule: Configured, on: Data, bits: boolean): Promise<void> => {
      if (bits) return checkExact(target, reference, rule, on);
      const [actual, wanted] = [await run(target, rule, on), await run(reference, rule, on)];
      const starts = Object.fromEntries(Object.entries(on.starts).map(([name, s]) => [name, s.data]));
      const { error, name } = largestError(actual, wanted, starts);
      assert(
        error <= tolerance,
        `\`${name}\` is ${error.toExponential(2)} of its displacement away from the reference after ${on.steps.length} steps; allowed is ${tolerance}`,
      );
    };
    const declare = (formulas: readonly string[], on: Data, bits: boolean, first = 0): void => {
      const using = (formula: string): Configured => probe({ p: `p - lr * (${formula})` }, {}, { orthogonalize });
      const mine = formulas.filter((_, i) => belongs(first + i, share));
      const computed = mine.filter((formula) => refuses[formula] === undefined);
      for (let i = 0; i < computed.length; i += together) {
        const some = computed.slice(i, i + together);
        test(`computes ${some.join(", ")}`, () => agrees(using(some.map((one) => `(${one})`).join(" + ")), on, bits));
      }
      for (const formula of mine.filter((one) => refuses[one] !== undefined))
        test(`refuses ${formula}: ${refuses[formula]}`, async () => {
          const accepted = await run(target, using(formula), on).then(
            () => true,
            () => false,
          );
          assert(!accepted, `it computes ${formula} now; remove it from \`refuses\``);
        });
    };
    declare(elementwise, data, exact);
    declare(transcendental, data, false);
    declare(remainders, data, false);
    declare(reducing, data, false);
    declare(matrixReducing, matrices(data), false);
    declare(largest, matrices(data), false);
    for (const [k, shape] of [[3, 7], [7, 3], [7, 3, 1]].entries()) // biome-ignore format: three shapes
      describe(`in a parameter of shape [${shape}]`, () => {
        declare(products, matrices(data, shape), false, k);
        declare(wholes, matrices(data, shape), false, k);
      });
    describe("in a square matrix", () => {
      const { starts, steps } = matrices(sampleData({ steps: 4, sizes: [25] }), [5, 5]);
      declare(squareProducts, { starts, steps }, false);
    });

    const sizes = [0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 63, 64, 65, 1000, 4099];
    for (const [i, n] of sizes.entries())
      if (belongs(i, share) && (n > 0 || refusesEmpty === undefined))
        test(`steps tensors of ${n} elements`, async () => {
          await agrees(memory, sampleData({ steps: 3, sizes: [n, n + 1] }), false);
          const momentum = probe({ m: "0.9 * m + g", p: "p - lr * m" }, { m: 0 });
          await agrees(momentum, sampleData({ steps: 3, sizes: [n, n] }), exact);
        });
    test("steps a hundred tensors at once", async () => {
      await agrees(memory, sampleData({ steps: 3, sizes: Array.from({ length: 100 }, (_, i) => 1 + (i % 13)) }), false);
    });
    test("steps two rules side by side", async () => {
      const both = partition({ a: memory, b: probe({ p: "p - lr * sign(g)" }) }, { a: "w", b: "b" });
      await agrees(both, data, false);
    });
    if (exact)
      test("passes NaN, infinities and subnormal numbers on as the reference does", async () => {
        const special = [Number.NaN, Infinity, -Infinity, 1e-45, -1e-40, 3.4e38, -0];
        const g = Float32Array.from({ length: 21 }, (_, i) => special[i % special.length]!);
        const odd = { starts: pick(data.starts, ["w"]), steps: [{ w: g }] };
        for (const formula of ["g", "g * g", "sqrt(abs(g))", "max(g, c)", "min(g, c)", "g > c ? 1 : g", "c / g"])
          await agrees(probe({ p: `p - lr * (${formula})` }), odd, true);
      });

    const several = matrices(sampleData({ steps: 4, sizes: [21, 5, 12] }));
    test("steps matrices whose state has sizes of its own", () => agrees(sized, several, false));
    for (const [what, rule, on] of [
      ["", memory, data],
      [", with state of its own sizes", sized, several],
    ] as const) {
      // biome-ignore format: two rules
      test(`continues from a saved state bit for bit${what}`, () => checkResume(target, rule, on));
      test(`steps tensors together as it steps them apart${what}`, () => checkApart(target, rule, on));
      test(`ignores the order in which parameters and gradients are given${what}`, () => checkOrder(target, rule, on));
      test(`leaves a frozen parameter alone${what}`, () => checkFrozen(target, rule, on));
      test(`skips a parameter without a gradient${what}`, () => checkMissing(target, rule, on));
    }
    for (const [
      shape,
      out,
    ] of [[[3, 7], 0], [[7, 3], 1], [[3, 7, 2, 5], 0], [[2, 5, 7, 3], 3], [[7, 3, 2], 1]] as const) // biome-ignore format: five shapes
      test(`steps outputs as rows where dimension ${out} of [${shape}] has them`, async () => {
        const { starts, steps } = sampleData({ steps: 4, sizes: [size(shape)] });
        const inner = shape.indexOf(7);
        const w = { ...starts.w!, shape, axes: { out: [out], in: [inner] } };
        await agrees(laid, { starts: { w }, steps }, false);
        await checkResume(target, laid, { starts: { w }, steps });
      });
    test("steps state of the whole model", () => agrees(shared, several, false));
    test("continues from a saved state bit for bit, with state of the model", () =>
      checkResume(target, shared, several));
    test("ignores the order in which parameters and gradients are given, with state of the model", () =>
      checkOrder(target, shared, several));
    test("leaves a frozen parameter alone, with state of the model", () => checkFrozen(target, shared, several));
    test("keeps the model's state right when a parameter has no gradient", async () => {
      const names = Object.keys(several.starts);
      const steps = several.steps.map((g, k) => (k % 2 === 0 ? g : pick(g, names.slice(k === 1 ? 1 : 0, -1))));
      await agrees(shared, { ...several, steps }, false);
      await checkMissing(target, shared, several);
    });
    declareEmpty({ test }, target, memory, data, refusesEmpty);

    test("changes nothing in a step that fails", async () => {
      const [first, second, third] = data.steps;
      await using(target, data.starts, memory, async (session) => {
        await session.update(first!);
        const before = { now: await readAll(session, data.starts), state: await session.state() };
        const wrong = { ...second!, b: new Float32Array(3) };
        let error: unknown;
        try {
          await session.update(wrong);
        } catch (thrown) {
          error = thrown;
        }
        assert(error !== undefined, "a gradient of 3 elements for a parameter of 5 was accepted");
        assert(/`b`/.test(String(error)), `the error does not name the parameter as \`b\`: ${String(error)}`);
        sameBits(await readAll(session, data.starts), before.now);
        sameState(await session.state(), before.state);
        assert(session.inspect().step === 1, `a failed step counts: step is ${session.inspect().step}; expected 1`);
        await session.update(third!);
        const undisturbed = { ...data, steps: [first!, third!] };
        sameBits(await readAll(session, data.starts), await run(target, memory, undisturbed));
      });
    });

    if (live)
      test("holds nothing more after a thousand steps, and nothing at all after dispose", async () => {
        const before = live();
        const session = await target.start(data.starts, memory);
        await session.update(data.steps[0]!);
        const running = live();
        for (let k = 0; k < 1000; k++) await session.update(data.steps[k % data.steps.length]!);
        assert(live() === running, `${live() - running} more are alive after a thousand steps`);
        session.dispose();
        assert(live() === before, `${live() - before} are alive after dispose`);
      });
  });
}

/** Tensors without elements are stepped, or declined with a reason. */
export function declareEmpty(
  { test }: Pick<Runner, "test">,
  target: Target,
  configured: Configured,
  data: Data,
  refuses: string | undefined,
): void {
  if (refuses === undefined) test("steps a tensor without elements", () => checkEmpty(target, configured, data));
  else test(`refuses tensors without elements: ${refuses}`, () => checkRefusesEmpty(target, configured, data));
}
