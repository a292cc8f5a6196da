import { OptimizerError } from "./errors.ts";
import { type Expr, isReduction, isUniform, topological } from "./expr.ts";
import type { Matrix } from "./parameter.ts";
import { type Program, uses } from "./program.ts";

/** The size of every matrix in a program that makes others than the parameter's; `undefined` where all are the parameter's. */
export type Shapes = ReadonlyMap<Expr, Matrix> | undefined;

/** By size; nothing for a program without products. */
const known = new WeakMap<Program, Map<string, ReadonlyMap<Expr, Matrix>> | undefined>();

/**
 * The sizes of a program's matrices for a parameter of this size: products and transposes have their own, everything
 * else that of the parameter. Throws an OptimizerError that names the rule where sizes do not fit.
 */
export function shapes(program: Program, matrix: Matrix): Shapes {
  if (!known.has(program))
    known.set(program, uses(program, "matmul") || uses(program, "transpose") ? new Map() : undefined);
  const sizes = known.get(program);
  if (!sizes) return undefined;
  const key = `${matrix.rows}x${matrix.cols}`;
  let found = sizes.get(key);
  if (!found) sizes.set(key, (found = infer(program, matrix)));
  return found;
}

/** The operand of a mean or a mean square, as `mean` and `rms` spell them. */
function meanOf({ op, args: [a, b] }: Expr): Expr | undefined {
  if (op !== "mul" || !a || !b || !isReduction(b)) return undefined;
  return a.op === "div" && a.args[0]!.value === 1 && a.args[1]!.value === "size" ? b.args[0] : undefined;
}

const same = (a: Matrix, b: Matrix): boolean => a.rows === b.rows && a.cols === b.cols;
const text = ({ rows, cols }: Matrix): string => `${rows} × ${cols}`;

function infer(program: Program, own: Matrix): ReadonlyMap<Expr, Matrix> {
  const wrong = (what: string): never => {
    throw new OptimizerError(
      `${program.title} cannot be run on a parameter of ${text(own)}: ${what}. Give it another rule: partition(…).`,
    );
  };
  const sizes = new Map<Expr, Matrix>();
  for (const e of topological(Object.values(program.outputs))) {
    const [a, b] = e.args.map((x) => sizes.get(x));
    if (e.place !== "tensor") {
      if (isReduction(e) && !isUniform(e) && a && !same(a, own))
        wrong(
          `it sums the rows or columns of a matrix of ${text(a)}, and only those of the parameter's size have such sums`,
        );
      const mean = meanOf(e);
      const averaged = mean && sizes.get(mean);
      if (averaged && averaged.rows * averaged.cols !== own.rows * own.cols)
        wrong(
          `\`mean\` and \`rms\` divide by the parameter's size, and it takes one of a matrix of ${text(averaged)}; divide its sum instead`,
        );
    } else if (e.op === "matmul") {
      if (a!.cols !== b!.rows) wrong(`it multiplies a matrix of ${text(a!)} by one of ${text(b!)}`);
      sizes.set(e, { rows: a!.rows, cols: b!.cols });
    } else if (e.op === "transpose") sizes.set(e, { rows: a!.cols, cols: a!.rows });
    else {
      // A row's or column's numbers are the parameter's, and so is what they are spread over.
      const all = e.args.filter((x) => !isUniform(x)).map((x) => sizes.get(x) ?? own);
      const [first = own, ...others] = all;
      const other = others.find((x) => !same(x, first));
      if (other) wrong(`it joins a matrix of ${text(first)} and one of ${text(other)} element by element`);
      sizes.set(e, first);
    }
  }
  for (const [name, e] of Object.entries(program.outputs)) {
    const size = sizes.get(e);
    if (size && !same(size, own)) wrong(`its new \`${name}\` would be a matrix of ${text(size)}`);
  }
  return sizes;
}
