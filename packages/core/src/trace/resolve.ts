import { type Block, blocksOf, phasesOf, READOUT } from "../blocks.ts";
import { build, type Lookup } from "../build.ts";
import { checkNames } from "../check.ts";
import { apply } from "../construct.ts";
import { type Distribution, drawName, isDistribution } from "../draws.ts";
import { OptimizerError } from "../errors.ts";
import { constant, type Expr, facts, isUniform, variable } from "../expr.ts";
import type { Matrix } from "../parameter.ts";
import { isName, parse } from "../parse.ts";
import { ROUND } from "../program.ts";
import { type RuleSpec, sizing } from "../spec.ts";
import { checkStart, counts, lengthOf, type Options, slotsOf } from "./slots.ts";

/** The parameter. */
export const P = variable("p", "tensor");

/** The key of a condition among the values of symbols. */
export const CONDITION = "when ";

/** Which equations run: those of a phase, guarded ones where their condition, by its number, is `taken`. */
export interface Course {
  readonly phase: string;
  readonly taken?: readonly boolean[] | undefined;
}

/**
 * The value of every symbol once a rule's equations have run, and of every condition that the host knows; `macro` gives the
 * value of each macro call.
 */
export function resolve(
  spec: RuleSpec,
  matrix: Matrix,
  options: Options,
  { phase, taken }: Course,
  macro: (name: string, args: readonly Expr[]) => Expr,
): ReadonlyMap<string, Expr> {
  checkNames(spec);
  const p = phase === phasesOf(spec)[0] || phase === READOUT ? P : variable(ROUND, "tensor");
  const scope = new Map<string, Expr>([
    ["p", p],
    ["p0", p],
    ["g", variable("g", "tensor")],
  ]);
  for (const [name, place] of Object.entries(spec.inputs ?? {}))
    scope.set(name, variable(name, place === "tensor" ? "tensor" : "host"));
  for (const [name, slot] of Object.entries(slotsOf(spec, matrix, options))) {
    checkStart(spec, name, slot);
    scope.set(name, variable(name, slot.place));
  }
  for (const name of [...facts, ...Object.keys(spec.hyper)]) scope.set(name, variable(name, "host"));
  // As the state has it, rounded and no more than there are rows or columns.
  for (const name of sizing(spec)) scope.set(name, constant(lengthOf(spec, name, matrix, options)));
  let site = 0;
  /** `normal()` is `normal(seed)`: a call draws by the option that it names. */
  const draw =
    (distribution: Distribution) =>
    (...args: Expr[]): Expr => {
      const [of = variable("seed", "host")] = args;
      const seed = args.length < 2 && of.op === "var" ? of.value : "";
      if (args.length > 0 && !Object.hasOwn(spec.hyper, seed))
        throw new SyntaxError(`\`${distribution}()\` takes nothing, or an option of the rule that is its seed`);
      if (!Object.hasOwn(spec.hyper, seed))
        throw new SyntaxError(
          `\`${distribution}()\` draws by the option \`seed\`, which the rule does not have. Add \`seed: 0\` to \`hyper\``,
        );
      return variable(drawName(distribution, phasesOf(spec).indexOf(phase) * 2 ** 16 + site++, seed), "tensor");
    };
  const lookup: Lookup = (name) =>
    isDistribution(name)
      ? draw(name)
      : spec.macros && Object.hasOwn(spec.macros, name)
        ? (...args) => macro(name, args)
        : scope.get(name);
  const value = (name: string, source: string): Expr => {
    try {
      return build(parse(source), source, lookup, scope.keys());
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      const [what, ...where] = error.message.split("\n");
      const known = [...scope.keys()].filter((one) => isName(one) && one !== ROUND); // others are keys of its own
      throw new SyntaxError(
        [
          `${spec.title}: ${what} (in the equation for \`${name}\`)`,
          ...where,
          `  In scope: ${known.slice(0, 60).join(" ")}${known.length > 60 ? " …" : ""}`,
        ].join("\n"),
      );
    }
  };
  const conditions: Expr[] = [];
  const run = ({ when, lines }: Block): void => {
    const guard = when === undefined ? undefined : value("when", when);
    if (guard && !isUniform(guard))
      throw new OptimizerError(
        `${spec.title}: \`when\` is ${counts[guard.place]}, and must be one number: of the host, the model or the tensor.`,
      );
    const known = guard?.place === "host";
    if (known && !conditions.includes(guard)) {
      scope.set(`${CONDITION}${conditions.length}`, guard);
      conditions.push(guard);
    }
    const runs = !known || !taken || taken[conditions.indexOf(guard)]!; // one per condition
    /** The symbols that a block which does not run would have changed, with what they stay. */
    const left: [string, Expr | undefined][] = [];
    for (const [name, source] of lines) {
      const now = value(name, source);
      const before = scope.get(name);
      // On the host a choice costs nothing.
      const chosen = known ? [now, before ?? now].every((e) => e.place === "host") : guard !== undefined;
      if (!chosen && !runs) left.unshift([name, before]);
      scope.set(name, chosen && before ? apply("select", guard!, now, before) : now); // chosen by a guard
    }
    for (const [name, before] of left)
      if (before) scope.set(name, before);
      else scope.delete(name);
  };
  for (const block of blocksOf(spec, phase)) run(block);
  return scope;
}
