import { optimizer } from "@descent/arrays";
import type { Configured } from "@descent/core";
import type { RuleSpec } from "@descent/core/adapter";
import type { Conditions, Slot } from "./messages.ts";
import { seenBy } from "./seen.ts";

/** The parameter's name; its slots are `m/w` and the like in a dictionary of state. */
const NAME = "w";

/**
 * The way of every slot that has two numbers, and of the gradient, over a race. The race is run once more: who wants no arrows pays nothing for them. It
 * ends where a number is not finite.
 */
export function slotsOf(configured: Configured, { needs }: RuleSpec, conditions: Conditions): Slot[] {
  const seen = seenBy(conditions);
  const w = Float32Array.from(conditions.start);
  const opt = optimizer({ [NAME]: { data: w, shape: needs === "matrix" ? [1, 2] : [2] } }, configured);
  const found = new Map<string, [x: number[], y: number[]]>();
  const record = (name: string, step: number, values: ArrayLike<number>): void => {
    // A slot that is made in a later step was 0 before.
    const [x, y] = found.get(name) ?? [Array<number>(step).fill(0), Array<number>(step).fill(0)];
    found.set(name, [x, y]);
    x.push(values[0]!);
    y.push(values[1]!); // it has two
  };
  const g = new Float32Array(2);
  const slots = (step: number): void => {
    g.set(seen(step + 1).gradient(w[0]!, w[1]!)); // the next step's
    record("gradient", step, g);
    for (const [key, { data }] of Object.entries(opt.state().tensors))
      if (key.endsWith(`/${NAME}`) && data instanceof Float32Array && data.length === 2)
        record(key.slice(0, -NAME.length - 1), step, data);
  };
  slots(0);
  try {
    for (let step = 1; step <= conditions.steps; step++) {
      const on = seen(step);
      do {
        const [x, y] = [w[0]!, w[1]!];
        g.set(on.gradient(x, y));
        if (!g.every(Number.isFinite)) return listed(found);
        opt.update(
          { [NAME]: g },
          {
            ...(opt.reads("loss") ? { loss: on.value(x, y) } : {}),
            ...(opt.reads("h") ? { h: { [NAME]: Float32Array.from(on.curvature(x, y)) } } : {}),
          },
        );
      } while (opt.midRound);
      slots(step);
    }
    return listed(found);
  } finally {
    opt.dispose();
  }
}

const listed = (found: ReadonlyMap<string, readonly [readonly number[], readonly number[]]>): Slot[] =>
  [...found].map(([name, [x, y]]) => ({ name, x: Float32Array.from(x), y: Float32Array.from(y) }));
