import * as quasiNewton from "@descent/quasi-newton";
import { type GoodCall, wrongCalls } from "../../../tests/wrong-calls.ts";

const bowl = (x: Float64Array) => ({ value: x[0]! ** 2, gradient: [2 * x[0]!] });
const residuals = (x: Float64Array) => ({ residuals: [x[0]!], jacobian: [1] });
const limits = { maxIterations: 3, maxEvaluations: 30, gradientTolerance: 1e-5, valueTolerance: 0 };
const method = (options: object): GoodCall => ({
  args: () => [options],
  use: (made: quasiNewton.Method) =>
    quasiNewton.minimize(
      ["levenberg-marquardt", "gauss-newton"].includes(made.id) ? { residuals } : bowl,
      [2],
      made,
      limits,
    ),
});
const search = (options: object): GoodCall => ({
  args: () => [options],
  use: (made: quasiNewton.LineSearch) =>
    quasiNewton.minimize(bowl, [2], quasiNewton.gradientDescent({ search: made }), limits),
});
const piece = "a piece of a method: who writes one is told by the compiler, and runs it by minimize";

wrongCalls(quasiNewton, {
  ask: piece,
  column: piece,
  compute: piece,
  hessian: piece,
  identity: piece,
  numbers: piece,
  product: piece,
  residuals: piece,
  solve: piece,
  armijo: search({ c1: 1e-4, most: 20 }),
  wolfe: search({ c1: 1e-4, c2: 0.9, most: 20 }),
  weakWolfe: search({ c1: 1e-4, c2: 0.9, most: 20 }),
  hagerZhang: search({ delta: 0.1, sigma: 0.9, epsilon: 1e-6, most: 20 }),
  barzilaiBorwein: method({ memory: 10 }),
  bfgs: method({}),
  "bfgs({ search })": {
    args: () => [quasiNewton.wolfe()],
    call: (search: quasiNewton.LineSearch) => quasiNewton.bfgs({ search }),
  },
  dogleg: method({ radius: 1, maxRadius: 10 }),
  gaussNewton: method({}),
  gradientDescent: method({}),
  lbfgs: method({ memory: 10, precondition: [2] }),
  lbfgsb: method({ min: -10, max: [10], memory: 10 }),
  levenbergMarquardt: method({ damping: 1e-3, min: -10, max: [10] }),
  newton: method({}),
  newtonCg: method({ precondition: [2] }),
  nonlinearCg: method({ beta: "hager-zhang", precondition: [2] }),
  owlqn: method({ l1: 0.5, memory: 10 }),
  steihaug: method({ radius: 1, maxRadius: 10 }),
  minimize: { args: () => [bowl, [2], quasiNewton.lbfgs(), limits] },
  iterations: {
    args: () => [bowl, [2], quasiNewton.lbfgs(), limits],
    use: async (all: ReturnType<typeof quasiNewton.iterations>) => {
      for await (const _ of all);
    },
  },
});
