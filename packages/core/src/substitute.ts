import { apply, reduce } from "./construct.ts";
import { checkExpr, type Expr, isReduction, topological } from "./expr.ts";

/** `e` with expressions in place of symbols, by name: `substitute(slope, { lr: alpha })`. Symbols that are not named stay. */
export function substitute(e: Expr, by: Readonly<Record<string, Expr>>): Expr {
  checkExpr(e, "`substitute`");
  for (const x of Object.values(by)) checkExpr(x, "`substitute`");
  const known = new Map<Expr, Expr>();
  const of = (x: Expr): Expr => known.get(x)!; // operands come first
  for (const x of topological([e])) {
    if (x.op === "const") known.set(x, x);
    else if (x.op === "var") known.set(x, Object.hasOwn(by, x.value) ? by[x.value]! : x);
    else if (isReduction(x)) known.set(x, reduce(x.op, x.value, of(x.args[0])));
    else known.set(x, apply(x.op, ...x.args.map(of)));
  }
  return of(e);
}
