import { OptimizerError } from "./errors.ts";
import { checkExpr, type Expr, type ExprOf, isMatrixOp, isReduction, topological } from "./expr.ts";
import { type Infix, type Op, operators, type Reduction } from "./operations.ts";

interface Written {
  readonly text: string;
  /** How tightly it holds together, as `operators` counts. */
  readonly binds: number;
}

const [CHOICE, MINUS, POWER, WHOLE] = [1, 7, operators.pow.binds, 10] as const;
/** As long as an equation may be: a formula whose parts repeat is longer as text than as a graph. */
const LONGEST = 100_000;

const sums: Readonly<Record<ExprOf<Reduction>["value"], string>> = {
  scalar: "sum",
  row: "rowSum",
  column: "columnSum",
  model: "total",
};
const largest: Readonly<Record<string, string>> = { scalar: "largest", row: "rowMax", column: "columnMax" };
const norms: Readonly<Record<string, string>> = { scalar: "norm", model: "totalNorm" };

/**
 * An expression as the right-hand side of an equation: `lr * m / (sqrt(v) + eps)`. Parsing it again gives the same values.
 * Throws an OptimizerError where it would be longer than an equation may be, or counts the rows or columns of a product.
 */
export function notation(e: Expr): string {
  checkExpr(e, "`notation`");
  const known = new Map<Expr, Written>();
  const of = (x: Expr): Written => known.get(x)!; // operands come first
  for (const x of topological([e])) {
    const written = write(x, of);
    if (written.text.length > LONGEST)
      throw new OptimizerError(`\`notation\`: the formula would be longer than ${LONGEST} characters as text.`);
    known.set(x, written);
  }
  return of(e).text;
}

function write(e: Expr, of: (x: Expr) => Written): Written {
  const inside = (x: Expr, least: number): string => {
    const { text, binds } = of(x);
    return binds < least ? `(${text})` : text;
  };
  const call = (name: string, ...args: readonly Expr[]): Written => ({
    text: `${name}(${args.map((x) => of(x).text).join(", ")})`,
    binds: WHOLE,
  });
  if (e.op === "const") return number(e.value);
  if (e.op === "var") return { text: e.value, binds: WHOLE };
  if (isReduction(e)) {
    if (e.op === "largest") return call(largest[e.value]!, e.args[0]); // there is none over the model
    if (e.op === "sum") return call(sums[e.value], e.args[0]);
    return { text: `${sums[e.value]}(${inside(e.args[0], POWER + 1)}^2)`, binds: WHOLE };
  }
  if (e.op === "extent") {
    if (topological(e.args).some(isMatrixOp))
      throw new OptimizerError(
        "`notation`: equations have no word for the size of a product; write the sum instead of the mean.",
      );
    return { text: e.value, binds: WHOLE };
  }
  if (e.op === "neg") return { text: `-${inside(e.args[0], MINUS)}`, binds: MINUS };
  if (e.op === "not") return { text: `!${inside(e.args[0], MINUS)}`, binds: MINUS };
  if (e.op === "transpose") return { text: `${inside(e.args[0], WHOLE)}'`, binds: WHOLE };
  if (e.op === "select") {
    const [c, a, b] = e.args;
    return { text: `${inside(c, CHOICE + 1)} ? ${inside(a, CHOICE)} : ${inside(b, CHOICE)}`, binds: CHOICE };
  }
  if (e.op === "sqrt") {
    const [a] = e.args;
    const norm = a.op === "sumsq" ? norms[a.value] : undefined;
    return norm === undefined ? call("sqrt", a) : call(norm, ...a.args);
  }
  if (!isInfix(e.op)) return call(e.op, ...e.args);
  const [a, b = a] = e.args;
  if (e.op === "mul" && a === b) return { text: `${inside(a, POWER + 1)}^2`, binds: POWER };
  const { token, binds } = operators[e.op];
  if (e.op === "mul" && a.op === "div" && a.args[0].op === "const" && a.args[0].value === 1)
    return { text: `${inside(b, binds)} / ${inside(a.args[1], binds + 1)}`, binds }; // it was written so
  if (e.op === "pow") return { text: `${inside(a, POWER + 1)}^${inside(b, MINUS)}`, binds };
  const regroups = e.op === "add" || (e.op === "mul" && b.op !== "matmul" && b.op !== "mod"); // a * (b / c) is a * b / c, and @ and % are not *
  return { text: `${inside(a, binds)} ${token} ${inside(b, regroups ? binds : binds + 1)}`, binds };
}

const isInfix = (op: Op): op is Infix => Object.hasOwn(operators, op);

/** Numbers are written without a sign of their own, and infinity as a quotient. */
function number(value: number): Written {
  if (Number.isNaN(value)) return { text: "0 / 0", binds: operators.div.binds };
  if (value < 0 || Object.is(value, -0)) return { text: `-${number(-value).text}`, binds: MINUS };
  if (value === Infinity) return { text: "1 / 0", binds: operators.div.binds };
  return { text: String(value), binds: WHOLE };
}
