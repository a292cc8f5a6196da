import { OptimizerError } from "@descent/core";
import { describe, expect, test } from "vitest";
import {
  armijo,
  ask,
  bfgs,
  compute,
  type Evaluation,
  gradientDescent,
  hagerZhang,
  type Iteration,
  iterations,
  type LineSearch,
  lbfgs,
  levenbergMarquardt,
  type Method,
  minimize,
  newton,
  newtonCg,
  nonlinearCg,
  type State,
  type Trial,
  type Vector,
  weakWolfe,
  wolfe,
} from "../src/index.ts";
import { methods, takesResiduals } from "./methods.ts";
import { problems } from "./problems.ts";

const problem = (name: string) => problems.find((p) => p.name === name)!;
const rosenbrock = problem("rosenbrock");
const isFit = (id: string): boolean => methods.some((method) => method.id === id && takesResiduals(method));
const objectiveOf = (id: string) =>
  isFit(id)
    ? { residuals: rosenbrock.residuals }
    : { evaluate: rosenbrock.evaluate, hessian: rosenbrock.hessian, product: rosenbrock.product };

describe.each(methods.map((method) => [method.id, method] as const))("%s", (id, method) => {
  const options = { maxIterations: 40 };
  const whole = minimize(objectiveOf(id), rosenbrock.start, method, options);

  test("answers later with the same bits", async () => {
    const { evaluate, hessian, product, residuals } = rosenbrock;
    const later =
      <A>(f: (...x: Float64Array[]) => A) =>
      async (...x: Float64Array[]): Promise<A> =>
        f(...x);
    const objective = isFit(id)
      ? { residuals: later(residuals) }
      : { evaluate: later(evaluate), hessian: later(hessian), product: later(product as never) };
    const { state, ...result } = await minimize(objective as never, rosenbrock.start, method, options);
    const { state: _, ...wanted } = whole;
    expect(result).toEqual(wanted);
    expect(state()).toEqual(whole.state());
  });

  test("goes on from any iteration, through JSON, with the same bits", async () => {
    const states: State[] = [];
    for await (const { state } of iterations(objectiveOf(id), rosenbrock.start, method, options)) states.push(state());
    expect(states.length).toBe(whole.iterations + 1);
    for (const state of [states[0]!, states[states.length >> 1]!, states.at(-1)!]) {
      const saved = JSON.parse(JSON.stringify(state)) as State;
      const { x, value, iterations, evaluations, status } = minimize(objectiveOf(id), saved, method, options);
      expect({ x, value, iterations, evaluations, status }).toEqual({
        x: whole.x,
        value: whole.value,
        iterations: whole.iterations,
        evaluations: whole.evaluations,
        status: whole.status,
      });
    }
  });

  test("never evaluates more than it may, and keeps the best it accepted", () => {
    for (const maxEvaluations of [0, 1, 2, 7, 15]) {
      let calls = 0;
      const counted =
        <A>(f: (x: Float64Array) => A) =>
        (x: Float64Array): A => {
          calls++;
          return f(x);
        };
      const objective = isFit(id)
        ? { residuals: counted(rosenbrock.residuals) }
        : { evaluate: counted(rosenbrock.evaluate), hessian: rosenbrock.hessian, product: rosenbrock.product };
      const result = minimize(objective, rosenbrock.start, method, { maxEvaluations });
      expect(calls).toBeLessThanOrEqual(maxEvaluations);
      expect(result.status).toBe("evaluations");
      expect(result.evaluations).toBe(calls);
    }
  });

  test("is stopped by its callback and by a signal, where it stands", () => {
    const seen: Iteration[] = [];
    const stopped = minimize(objectiveOf(id), rosenbrock.start, method, { callback: (now) => seen.push(now) === 3 });
    expect([stopped.status, stopped.iterations, stopped.converged]).toEqual(["callback", 2, false]);
    expect(stopped.x).toEqual(seen.at(-1)!.x());
    const controller = new AbortController();
    const aborted = minimize(objectiveOf(id), rosenbrock.start, method, {
      signal: controller.signal,
      callback: ({ iteration }) => {
        if (iteration === 2) controller.abort();
      },
    });
    expect([aborted.status, aborted.iterations]).toEqual(["aborted", 2]);
  });

  test("stops where it starts at a minimum", () => {
    const { status, iterations, evaluations, x } = minimize(objectiveOf(id), [1, 1], method);
    expect({ status, iterations, evaluations, x: [...x] }).toEqual({
      status: "gradient",
      iterations: 0,
      evaluations: 1,
      x: [1, 1],
    });
  });
});

describe("values that are not finite", () => {
  /** x − log x: no number at 0 and below. */
  const barrier = ([x]: Float64Array): Evaluation => ({ value: x! - Math.log(x!), gradient: [1 - 1 / x!] });
  /** Overflows a short way off. */
  const steep = ([x, y]: Float64Array): Evaluation => {
    const e = Math.exp(x! * x! + 50 * y! * y!);
    return { value: e, gradient: [2 * x! * e, 100 * y! * e] };
  };
  test.each(methods.filter((method) => !takesResiduals(method)).map((m) => [m.id, m] as const))(
    "are steps too far for %s",
    (_, method) => {
      const inside = minimize(barrier, [0.05], method);
      expect(inside.status).toBe("gradient");
      expect(inside.x[0]).toBeCloseTo(1, 4);
      const outside = minimize(steep, [1.5, 0.7], method, { gradientTolerance: 1e-3 });
      expect(outside.value).toBeLessThan(1.001);
    },
  );
  test.each([
    ["armijo", armijo()],
    ["wolfe", wolfe()],
    ["weakWolfe", weakWolfe()],
    ["hagerZhang", hagerZhang()],
  ])("are steps too far for %s", (_, search) => {
    const { status, x } = minimize(barrier, [1e-3], bfgs({ search }));
    expect(status).toBe("gradient");
    expect(x[0]).toBeCloseTo(1, 4);
  });
  test("at the start are said, and end the run", () => {
    const { status, reason, iterations, converged } = minimize(barrier, [-1], lbfgs());
    expect([status, iterations, converged]).toEqual(["not finite", 0, false]);
    expect(reason).toContain("Start elsewhere");
  });
  test("everywhere but at the start stall, and the start is kept", () => {
    const lonely = ([x]: Float64Array): Evaluation =>
      x === 2 ? { value: 1, gradient: [1] } : { value: Number.NaN, gradient: [0] };
    for (const method of [lbfgs(), gradientDescent(), bfgs()]) {
      const { status, x } = minimize(lonely, [2], method);
      expect([status, x[0]]).toEqual(["stalled", 2]);
    }
  });
});

describe("line searches end where they promise", () => {
  const starts = problems.map(({ evaluate, start }) => ({ evaluate, start }));
  /** The trials that a search chose, with where they began. */
  function watched(search: LineSearch): {
    readonly search: LineSearch;
    readonly chosen: { at: number; slope: number; trial: Trial }[];
  } {
    const chosen: { at: number; slope: number; trial: Trial }[] = [];
    return {
      chosen,
      search: function* (at, d, slope, first) {
        const trial = yield* search(at, d, slope, first);
        if (trial) chosen.push({ at: at.value, slope, trial });
        return trial;
      },
    };
  }
  const runs = (search: LineSearch) => {
    const { search: kept, chosen } = watched(search);
    for (const { evaluate, start } of starts)
      minimize(evaluate, start, bfgs({ search: kept }), { maxIterations: 15, gradientTolerance: 1e-3 });
    expect(chosen.length).toBeGreaterThan(150);
    return chosen;
  };
  test("armijo: a fair decrease", () => {
    for (const { at, slope, trial } of runs(armijo({ c1: 0.2 })))
      expect(trial.at.value).toBeLessThanOrEqual(at + 0.2 * trial.step * slope);
  });
  test("wolfe: a fair decrease and a flatter slope", () => {
    for (const { at, slope, trial } of runs(wolfe({ c1: 0.01, c2: 0.2 }))) {
      expect(trial.at.value).toBeLessThanOrEqual(at + 0.01 * trial.step * slope);
      expect(Math.abs(trial.slope)).toBeLessThanOrEqual(-0.2 * slope);
    }
  });
  test("weakWolfe: a fair decrease, and a slope that has risen", () => {
    for (const { at, slope, trial } of runs(weakWolfe({ c1: 0.01, c2: 0.2 }))) {
      expect(trial.at.value).toBeLessThanOrEqual(at + 0.01 * trial.step * slope);
      expect(trial.slope).toBeGreaterThanOrEqual(0.2 * slope);
    }
  });
  test("weakWolfe gets to the minimum of a function with a kink, where wolfe stalls at the kink", () => {
    // The nonsmooth Rosenbrock function of Lewis and Overton (2013): its minimum is 0 at (1, 1).
    const kink = ([x, y]: Float64Array): Evaluation => {
      const side = Math.sign(x! * x! - y!);
      return {
        value: 8 * Math.abs(x! * x! - y!) + (1 - x!) ** 2,
        gradient: [16 * x! * side - 2 * (1 - x!), -8 * side],
      };
    };
    const [weak, strong] = [weakWolfe(), wolfe()].map((search) =>
      minimize(kink, [-1.2, 1], bfgs({ search }), { maxEvaluations: 400 }),
    );
    expect(weak!.value).toBeLessThan(1e-8);
    expect([strong!.status, strong!.value > 1]).toEqual(["stalled", true]);
  });
  test("hagerZhang: either of the two conditions", () => {
    for (const { at, slope, trial } of runs(hagerZhang({ delta: 0.1, sigma: 0.5 }))) {
      const fair = trial.at.value - at <= 0.1 * trial.step * slope;
      const level = trial.at.value <= at + 1e-6 * Math.abs(at) && trial.slope <= (2 * 0.1 - 1) * slope;
      expect((fair || level) && trial.slope >= 0.5 * slope).toBe(true);
    }
  });
  test("hagerZhang goes on where differences of values are rounding", () => {
    const far = ([x]: Float64Array): Evaluation => ({ value: 1e8 + (x! - 1) ** 2, gradient: [2 * (x! - 1)] });
    expect(
      minimize(far, [1.00001], gradientDescent({ search: hagerZhang() }), { gradientTolerance: 1e-12 }).status,
    ).toBe("gradient");
    expect(minimize(far, [1.00001], gradientDescent({ search: armijo() }), { gradientTolerance: 1e-12 }).status).toBe(
      "stalled",
    );
  });
});

describe("what an objective does not give", () => {
  const { start, evaluate, hessian, product } = problem("wood");
  test("Hessians and products with one are differences of gradients", () => {
    for (const method of [newton(), newtonCg()]) {
      const exact = minimize({ evaluate, hessian, product }, start, method, { maxIterations: 2000 });
      const differences = minimize(evaluate, start, method, { maxIterations: 2000 });
      expect([differences.status, differences.products]).toEqual(["gradient", 0]);
      expect(differences.value).toBeLessThan(1e-9);
      expect(differences.evaluations).toBeGreaterThan(exact.evaluations);
    }
  });
  test("residuals are asked for by name", () => {
    expect(() => minimize(evaluate, start, levenbergMarquardt())).toThrow(
      "Give it { residuals: (x) => ({ residuals, jacobian }) }",
    );
  });
  test("wrong sizes are refused with both numbers", () => {
    expect(() => minimize(() => ({ value: 1, gradient: [1, 2] }), [1, 2, 3], lbfgs())).toThrow(
      "`gradient` must have 3 numbers; got 2",
    );
    expect(() => minimize(() => ({ value: 1 }) as never, [1], lbfgs())).toThrow(
      "`gradient` must have 1 numbers; got undefined",
    );
    expect(() => minimize((() => 3) as never, [1], lbfgs())).toThrow("must return { value, gradient }");
  });
  test("an error of the objective is the caller's, at once or later", async () => {
    const broken = (): Evaluation => {
      throw new RangeError("mine");
    };
    expect(() => minimize(broken, [1], lbfgs())).toThrow(RangeError);
    await expect(minimize(async () => broken(), [1], lbfgs())).rejects.toThrow(RangeError);
  });
});

test("the iterations say where the run is", async () => {
  const seen: Iteration[] = [];
  for await (const now of iterations(rosenbrock.evaluate, rosenbrock.start, lbfgs())) seen.push(now);
  const result = minimize(rosenbrock.evaluate, rosenbrock.start, lbfgs());
  expect(seen.map(({ iteration }) => iteration)).toEqual(Array.from({ length: result.iterations + 1 }, (_, i) => i));
  expect(seen[0]).toMatchObject({
    value: rosenbrock.evaluate(Float64Array.from(rosenbrock.start)).value,
    step: 0,
    evaluations: 1,
  });
  expect(seen.at(-1)).toMatchObject({
    value: result.value,
    gradientNorm: result.gradientNorm,
    evaluations: result.evaluations,
  });
  for (const [i, { value, step }] of seen.entries())
    if (i > 0) expect(value < seen[i - 1]!.value && step > 0).toBe(true);
});

test("leaving the loop ends the run", async () => {
  let calls = 0;
  const f = (x: Float64Array): Evaluation => {
    calls++;
    return rosenbrock.evaluate(x);
  };
  for await (const { iteration } of iterations(f, rosenbrock.start, lbfgs())) if (iteration === 2) break;
  const then = calls;
  await new Promise((resolve) => setImmediate(resolve));
  expect(calls).toBe(then);
});

test("a tolerance of values ends a run that no longer gets lower", () => {
  const { status, converged, value } = minimize(problem("bard").evaluate, problem("bard").start, lbfgs(), {
    valueTolerance: 1e-3,
  });
  expect([status, converged]).toEqual(["value", true]);
  expect(value).toBeLessThan(0.02);
});

test("a state is refused by another method, and when it was changed", () => {
  const state = minimize(rosenbrock.evaluate, rosenbrock.start, lbfgs(), { maxIterations: 3 }).state();
  expect(() => minimize(rosenbrock.evaluate, state, bfgs())).toThrow(
    "the state was saved by `lbfgs`, and the method is `bfgs`",
  );
  const changed = { ...state, memory: { ...state.memory, gamma: "1" } } as unknown as State;
  expect(() => minimize(rosenbrock.evaluate, changed, lbfgs())).toThrow("Was the file changed?");
});

describe("a method of one's own", () => {
  test("is a generator that asks and computes with handles", () => {
    const heavyBall: Method<{ readonly last: Vector }> = {
      id: "heavy-ball",
      title: "Heavy ball",
      paper: "https://doi.org/10.1016/0041-5553(64)90137-5",
      // biome-ignore lint/correctness/useYield: it starts without asking
      *start({ x }) {
        return { last: x };
      },
      *iterate({ x, gradient: g }, { last }) {
        const { y, step } = yield* compute(
          { y: "x - 0.05 * g + 0.8 * (x - last)", step: "totalNorm(y - x)" },
          { x, g, last },
        );
        return { at: yield* ask(y), step, memory: { last: x } };
      },
    };
    const bowl = ([x, y]: Float64Array): Evaluation => ({ value: x! * x! + 4 * y! * y!, gradient: [2 * x!, 8 * y!] });
    const { x, status } = minimize(bowl, [3, -2], heavyBall);
    expect(status).toBe("gradient");
    expect(Math.hypot(...x)).toBeLessThan(1e-4);
  });
  test("computes whatever equations say of points, and is told what they cannot", () => {
    const run = (equation: string): number[] => {
      let found: number[] = [];
      const probe: Method<{ readonly decrease: number }> = {
        ...gradientDescent(),
        *iterate({ x, gradient: g }) {
          const { a } = yield* compute({ a: equation as "x" }, { x, g });
          const { b } = yield* compute({ b: "total(a)" }, { a });
          found = [b];
          return { stalled: "" };
        },
      };
      minimize(([x, y]) => ({ value: 1, gradient: [x!, 2 * y!] }), [3, -4], probe);
      return found;
    };
    expect(run("x / largest(abs(x))")).toEqual([3 / 4 - 1]);
    expect(run("x @ (x' @ g)")).toEqual([3 * 41 - 4 * 41]); // 9 + 32
    expect(run("x > 0 ? x : g")).toEqual([3 - 8]);
    expect(run("sum(x) * x")).toEqual([1]);
    expect(run("norm(x) * x")).toEqual([-5]);
    expect(run("x * rowSum(x)")).toEqual([25]); // a row of a point is a number
    expect(run("x - mean(x)")).toEqual([0]);
    expect(() => run("qr(x)")).toThrow("`qr` is not for numbers on the host");
    expect(() => run("x + x'")).toThrow("joins 2 × 1 and 1 × 2");
    expect(() => run("x @ x")).toThrow("multiplies 2 × 1 by 2 × 1");
  });
  test("is told what it yields, uses or returns that no run can take", () => {
    const title = "Own";
    // biome-ignore lint/correctness/useYield: it asks for nothing
    const start = function* () {
      return {};
    };
    const runs = (iterate: unknown): string => {
      try {
        minimize(rosenbrock.evaluate, rosenbrock.start, { id: "own", title, paper: "", start, iterate } as never);
      } catch (error) {
        if (error instanceof OptimizerError) return error.message;
        throw error;
      }
      return "";
    };
    expect(
      runs(function* (): Generator<unknown> {
        yield 3;
      }),
    ).toContain("Own yielded 3. Methods yield requests alone: yield* ask(x)");
    for (const outcome of [undefined, {}, { at: 3, memory: {}, step: 1 }, { memory: {}, step: 1 }])
      expect(
        // biome-ignore lint/correctness/useYield: it asks for nothing
        runs(function* () {
          return outcome;
        }),
      ).toContain("Own: `iterate` must return { at, memory, step }");
    for (const memory of [{ f: () => 1 }, { name: "w" }, 3])
      expect(
        runs(function* ({ x }: { x: Vector }): Generator<unknown> {
          return { at: yield* ask(x), memory, step: 1 };
        }),
      ).toContain("numbers and vectors or lists of them");
    for (const [given, what] of [
      [{ a: "3" }, 'A method used "3" where a vector is needed'],
      [{ a: [1, 2] }, "A method used a list of 2 where a vector is needed"],
      [{ a: { kind: "vector" } }, "A method used a vector that does not belong to this run."],
    ] as const)
      expect(
        runs(function* (): Generator<unknown> {
          yield* compute({ y: "2 * a" }, given as never);
        }),
      ).toContain(what);
  });

  test("is told when an equation is not of the kind that its text says", () => {
    const wrong: Method<{ readonly decrease: number }> = {
      ...gradientDescent(),
      *iterate({ gradient: g }) {
        yield* compute({ a: "2 * total(g * g)" }, { g });
        return { stalled: "" };
      },
    };
    expect(() => minimize(rosenbrock.evaluate, rosenbrock.start, wrong)).toThrow(
      "gives a number. An equation that begins with total(",
    );
  });
});

test("nonlinear conjugate gradients have three betas, and others are refused", () => {
  for (const beta of ["hager-zhang", "polak-ribiere", "fletcher-reeves"] as const)
    expect(minimize(problem("beale").evaluate, [1, 1], nonlinearCg({ beta, search: wolfe({ c2: 0.1 }) })).status).toBe(
      "gradient",
    );
  expect(() => nonlinearCg({ beta: "dai-yuan" as never })).toThrow(OptimizerError);
});
