import { build } from "./build.ts";
import { checkEquations } from "./check.ts";
import { OptimizerError } from "./errors.ts";
import { checkExpr, type Expr, variable } from "./expr.ts";
import { parse } from "./parse.ts";
import type { Equations } from "./spec.ts";
import type { Builtin, Checked } from "./symbols.ts";

/** A named sub-formula of one expression `x`; its last equation is its value. Formulas are text, control flow is TypeScript. */
export function formula<const U extends Equations>(equations: Checked<U, Builtin | "x">): (x: Expr) => Expr {
  checkEquations("formula", equations);
  const lines = Object.entries(equations as Equations); // Checked<U> is U once it compiles
  if (lines.length === 0)
    throw new OptimizerError('`formula` takes at least one equation: formula({ y: "x / norm(x)" }).');
  const parsed = lines.map(([name, source]) => [name, source, parse(source)] as const);
  const apply = (x: Expr, ...more: readonly unknown[]): Expr => {
    checkExpr(x, "a formula");
    if (more.length > 0)
      throw new OptimizerError(
        `A formula takes one expression, \`x\`; got ${more.length + 1}. What takes several is a function of formulas.`,
      );
    const scope = new Map([["x", x]]);
    let last = x;
    for (const [name, source, ast] of parsed) {
      last = build(ast, source, (n) => scope.get(n), scope.keys());
      scope.set(name, last);
    }
    return last;
  };
  apply(variable("x", "tensor")); // for what is wrong with the equations
  return apply;
}
