import { optimizer } from "@descent/arrays";
import type { AnyRule } from "@descent/catalogue";
import { OptimizerError } from "@descent/core";
import { stream } from "@descent/initializers";
import type { Arrays, Problem } from "./problems.ts";

/** How a rule did on a problem. */
export interface Outcome {
  /** The steps to the goal; null where the budget did not suffice. */
  readonly steps: number | null;
  /** The rate that got there soonest, or nearest. */
  readonly rate: number;
  /** The lowest loss seen at that rate. */
  readonly loss: number;
}

/** Options that differ from the defaults, and why. */
export const special: Readonly<
  Record<string, { readonly options: Readonly<Record<string, number>>; readonly why: string }>
> = {
  sgld: { options: { temperature: 1e-6 }, why: "at temperature 1 it samples, far from the minimum" },
};

/** Hutchinson's estimate of the Hessian's diagonal, u ⊙ Hu with signs for u, by the difference of two gradients. */
function diagonal(problem: Problem, p: Arrays, step: number): Record<string, Float32Array> {
  const h = 1e-3;
  const signs = Object.fromEntries(Object.entries(p).map(([name, x]) => {
    const random = stream(5, name);
    return [name, Float32Array.from(x, (_, i) => (random.uniform(step * x.length + i) < 0.5 ? -1 : 1))];
  })); // biome-ignore format: one line
  const at = (side: number): Record<string, Float32Array> =>
    problem.gradient(Object.fromEntries(Object.entries(p).map(([name, x]) => [name, x.map((v, i) => v + side * h * signs[name]![i]!)])), step).gradients; // biome-ignore format: one line
  const [up, down] = [at(1), at(-1)];
  return Object.fromEntries(
    Object.entries(signs).map(([name, u]) => [
      name,
      u.map((s, i) => (s * (up[name]![i]! - down[name]![i]!)) / (2 * h)),
    ]),
  );
}

/** The option that is a rule's rate. */
const rateOf = ({ hyper }: AnyRule): string => ("lr" in hyper ? "lr" : "alpha");

/** Trains with one rate until the goal, at most `budget` steps. */
function once(problem: Problem, rule: AnyRule, rate: number, budget: number): Omit<Outcome, "rate"> {
  const parameters = Object.fromEntries(
    Object.entries(problem.start).map(([name, { data, shape }]) => [name, { data: data.slice(), shape }]),
  );
  const p: Record<string, Float32Array> = Object.fromEntries(
    Object.entries(parameters).map(([name, { data }]) => [name, data]),
  );
  const options = {
    ...("weightDecay" in rule.hyper ? { weightDecay: 0 } : {}),
    ...special[rule.id]?.options,
    [rateOf(rule)]: rate,
  };
  const opt = optimizer(parameters, rule(options));
  let least = Number.POSITIVE_INFINITY;
  const far = 1e3 * problem.loss(p) + 1;
  try {
    for (let step = 1; step <= budget; step++) {
      do {
        const { loss, gradients } = problem.gradient(p, step);
        if (!Number.isFinite(loss)) return { steps: null, loss: least };
        const inputs = {
          ...(rule.inputs?.loss ? { loss } : {}),
          ...(rule.inputs?.h ? { h: diagonal(problem, p, step) } : {}),
          ...(rule.inputs?.sampled ? { sampled: problem.sampled!(p, step) } : {}), // asked for below
        };
        opt.update(gradients, inputs as never); // those that the rule names
      } while (opt.midRound);
      if (step % problem.every > 0) continue;
      const loss = opt.withReadout(() => problem.loss(p));
      if (!(loss < far)) return { steps: null, loss: least };
      least = Math.min(least, loss);
      if (loss <= problem.goal) return { steps: step, loss: least };
    }
    return { steps: null, loss: least };
  } catch (error) {
    if (error instanceof OptimizerError) return { steps: null, loss: least }; // a gradient is not finite
    throw error;
  } finally {
    opt.dispose();
  }
}

/** The best of the rates that a problem has for a rule; undefined where it cannot give what the rule reads. */
export function best(problem: Problem, rule: AnyRule): Outcome | undefined {
  if (rule.inputs?.sampled && !problem.sampled) return undefined;
  const middle = rule.hyper[rateOf(rule)]!; // every rule has one of the two
  let found: Outcome | undefined;
  for (const power of problem.powers) {
    const rate = Number((middle * 10 ** power).toPrecision(2));
    const { steps, loss } = once(problem, rule, rate, found?.steps ? found.steps - 1 : problem.budget);
    const better = steps !== null || (found?.steps ?? null) === null;
    if (!found || (better && (steps !== null || loss < found.loss)))
      found = { steps, rate, loss: Number(loss.toPrecision(3)) };
    // Where looks are rare, steps are dear: the first rate that gets there will do.
    if (steps !== null && problem.every > 1) break;
  }
  return found;
}
