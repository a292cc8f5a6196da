import { isRecord, OptimizerError, takes } from "./errors.ts";
import { type Expr, isMatrixOp, topological } from "./expr.ts";
import type { Matrix } from "./parameter.ts";
import { checkProgram, type Program } from "./program.ts";
import { infer, sameSize } from "./sizes.ts";

/** The size of every matrix in a program, where some differ from the parameter's; `undefined` where all are the parameter's. */
export type Shapes = ReadonlyMap<Expr, Matrix> | undefined;

/** By size; nothing for a program without matrices of other sizes. */
const known = new WeakMap<Program, Map<string, ReadonlyMap<Expr, Matrix>> | undefined>();

/**
 * The sizes of a program's matrices for a parameter of this size: products, transposes, functions of matrices and some state
 * have their own, everything else that of the parameter. Throws an OptimizerError that names the rule where sizes do not fit.
 */
export function shapes(program: Program, matrix: Matrix): Shapes {
  checkProgram("shapes", program);
  takes("shapes", "the size of a matrix: { rows, cols }", matrix, isRecord(matrix));
  if (!known.has(program)) known.set(program, hasOwnSizes(program) ? new Map() : undefined);
  const sizes = known.get(program);
  if (!sizes) return undefined;
  const key = `${matrix.rows}x${matrix.cols}`;
  let found = sizes.get(key);
  if (!found) sizes.set(key, (found = sizesOf(program, matrix)));
  return found;
}

/** Whether rows and columns mean anything to a program, so that its tensors are matrices. */
export function hasMatrices(program: Program): boolean {
  checkProgram("hasMatrices", program);
  const all = topological(Object.values(program.outputs));
  return hasOwnSizes(program) || all.some(({ place }) => place === "row" || place === "column");
}

const hasOwnSizes = ({ slots, outputs }: Program): boolean =>
  Object.values(slots).some(({ matrix }) => matrix) || topological(Object.values(outputs)).some(isMatrixOp);

function sizesOf({ title, slots, outputs }: Program, own: Matrix): ReadonlyMap<Expr, Matrix> {
  const wrong = (what: string): never => {
    throw new OptimizerError(
      `${title} cannot be run on a parameter of ${own.rows} × ${own.cols}: ${what}. Give it another rule: partition(…).`,
    );
  };
  const sizes = infer(Object.values(outputs), { own, sizeOf: (name) => slots[name]?.matrix, wrong });
  for (const [name, e] of Object.entries(outputs)) {
    const size = sizes.get(e);
    const wanted = slots[name]?.matrix ?? own;
    if (!size) continue;
    const fits =
      e.place === "row"
        ? size.rows === wanted.rows
        : e.place === "column"
          ? size.cols === wanted.cols
          : sameSize(size, wanted);
    if (!fits) wrong(`its new \`${name}\` would be a matrix of ${size.rows} × ${size.cols}`);
  }
  return sizes;
}
