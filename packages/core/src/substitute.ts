import { rebuild } from "./construct.ts";
import { isRecord, takes } from "./errors.ts";
import { checkExpr, type Expr } from "./expr.ts";

/** `e` with expressions in place of symbols, by name: `substitute(slope, { lr: alpha })`. Symbols that are not named stay. */
export function substitute(e: Expr, by: Readonly<Record<string, Expr>>): Expr {
  takes("substitute", "expressions by name", by, isRecord(by));
  checkExpr(e, "`substitute`");
  for (const x of Object.values(by)) checkExpr(x, "`substitute`");
  const made = rebuild([e], (x) => (x.op === "var" && Object.hasOwn(by, x.value) ? by[x.value] : undefined));
  return made.get(e)!; // it was a root
}
