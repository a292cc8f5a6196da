import { OptimizerError } from "../errors.ts";
import { type Expr, type ExprOf, isReduction, topological } from "../expr.ts";
import type { Reduction } from "../operations.ts";

/** Deeper formulas than any rule's: a limit for equations from strangers. */
const DEEPEST = 2000;
/** More sums that wait for one another than any rule has. */
const MOST_PASSES = 256;

/** Host expressions that device code reads directly, of all that the roots depend on or a part of it. */
export function frontier(roots: readonly Expr[], part: readonly Expr[] = topological(roots)): Expr[] {
  const found = new Set<Expr>(roots.filter((e) => e.place === "host" && e.op !== "const"));
  for (const e of part)
    if (e.place !== "host") for (const a of e.args) if (a.place === "host" && a.op !== "const") found.add(a);
  return [...found];
}

/** How many reductions must finish, one after the other, before each expression can be computed. */
function levels(roots: readonly Expr[]): Map<Expr, number> {
  const level = new Map<Expr, number>();
  for (const e of topological(roots))
    level.set(e, Math.max(0, ...e.args.map((a) => level.get(a)!)) + (isReduction(e) ? 1 : 0));
  return level;
}

/** Throws if a formula is deeper than backends can follow. */
export function checkDepth(title: string, roots: readonly Expr[]): void {
  const depths = new Map<Expr, number>();
  for (const e of topological(roots)) {
    const depth = 1 + e.args.reduce((most, a) => Math.max(most, depths.get(a)!), 0); // children come first
    if (depth > DEEPEST)
      throw new OptimizerError(`${title}: its equations are nested more than ${DEEPEST} operations deep.`);
    depths.set(e, depth);
  }
  const most = levels(roots).values();
  for (const level of most)
    if (level > MOST_PASSES)
      throw new OptimizerError(`${title}: more than ${MOST_PASSES} sums wait for one another in its equations.`);
}

/** The reductions among what `roots` depend on, by the pass that computes them. */
export function passes(roots: readonly Expr[]): readonly (readonly ExprOf<Reduction>[])[] {
  const out: ExprOf<Reduction>[][] = [];
  for (const [e, level] of levels(roots)) if (isReduction(e)) (out[level - 1] ??= []).push(e);
  return out;
}
