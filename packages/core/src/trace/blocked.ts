import { apply, reduce } from "../construct.ts";
import { OptimizerError } from "../errors.ts";
import { type Expr, isMatrixOp, isReduction, postorder, variable } from "../expr.ts";
import type { SlotSpec } from "../program.ts";

/*
 * A rule with blocks sees each as a tensor of its own. Backends see a matrix with one row for each block: what is one number
 * per tensor in the equations is one per row there, so blocks cost what sums by row cost.
 */

/** The values of symbols of a rule with blocks, one number per block where the equations have one per tensor. */
export function blocked(title: string, scope: ReadonlyMap<string, Expr>): ReadonlyMap<string, Expr> {
  const refuse = (what: string): never => {
    throw new OptimizerError(
      `${title} sees blocks of a parameter, each as a tensor, and ${what}. Use sums over the tensor, such as mean(g^2), and state by element or of one number.`,
    );
  };
  const made = new Map<Expr, Expr>();
  for (const e of postorder(scope.values(), (x) => (x.place === "host" ? [] : x.args)))
    made.set(
      e,
      e.place === "host"
        ? e
        : perBlock(
            e,
            e.args.map((a) => made.get(a)!),
            refuse,
          ),
    ); // operands come first
  return new Map([...scope].map(([name, e]) => [name, made.get(e)!])); // every value is a root
}

function perBlock(e: Expr, args: readonly Expr[], refuse: (what: string) => never): Expr {
  if (e.op === "const" || e.op === "extent") return e;
  if (e.op === "var") return e.place === "scalar" ? variable(e.value, "row") : e;
  if (isMatrixOp(e)) return refuse("its equations multiply matrices");
  if (!isReduction(e)) return apply(e.op, ...args);
  if (e.value === "row" || e.value === "column") return refuse("its equations sum by row or column");
  return reduce(e.op, e.value === "scalar" ? "row" : e.value, args[0]!); // reductions have one argument
}

/** The slots of such a rule: one number per tensor is one per row. */
export function blockedSlots(
  title: string,
  slots: Readonly<Record<string, SlotSpec>>,
): Readonly<Record<string, SlotSpec>> {
  for (const [name, { place, matrix }] of Object.entries(slots))
    if (matrix || place === "row" || place === "column")
      throw new OptimizerError(
        `${title} sees blocks of a parameter, each as a tensor, and its state \`${name}\` is by row or column, or a matrix. Give it one number per block: { place: "scalar", init: … }.`,
      );
  return Object.fromEntries(
    Object.entries(slots).map(([name, slot]) => [name, slot.place === "scalar" ? { ...slot, place: "row" } : slot]),
  );
}
