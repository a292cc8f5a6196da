import { interpret, type Job, type Operators, type Part, type Shape, type Site, size } from "@descent/core/adapter";
import { type Expr, hasMatrices, isBoolean, isMatrixFunction, isMatrixOp, type Program } from "@descent/core/graph";
import { broadcastTo, cast, keep, reshape, scalar, type Tensor, tidy, type Variable } from "@tensorflow/tfjs-core";
import { applyOf, normOf, reduceOf, wholeOf } from "./operators.ts";

/** Host numbers as tensors, made once per step however many parameters read them. */
class Numbers {
  readonly #known = new Map<string | number, Tensor>();
  get(value: number, boolean: boolean): Tensor {
    const key = boolean ? `${value !== 0}` : value;
    let found = this.#known.get(key);
    if (!found) {
      found = keep(boolean ? scalar(value !== 0, "bool") : scalar(value, "float32"));
      this.#known.set(key, found);
    }
    return found;
  }
  dispose(): void {
    for (const tensor of this.#known.values()) tensor.dispose();
  }
}

/** The inputs of an expression of elements. */
export interface Values {
  readonly program: Program;
  readonly shape: Shape;
  tensor(e: Expr): Tensor;
  number(e: Expr): number;
}

/**
 * How a backend computes the elements of a whole expression at once, instead of by one tfjs operator per operation. Undefined
 * if it cannot; then operators compute the expression.
 */
export type Elements = (e: Expr, values: Values) => Tensor | undefined;

/** Whether a program takes sums over the model. */
export const totalling = ({ passes }: Program): boolean => passes.flat().some(({ value }) => value === "model");

/** tfjs chooses between tensors of four dimensions at most; a job without rows and columns may as well have one. */
const flattens = ({ program, parameter }: Job<Tensor>): boolean => parameter.shape.length > 4 && !hasMatrices(program);

const flattened = ({ program, parameter }: Job<Tensor>): Part => ({
  program,
  parameter: { ...parameter, shape: [size(parameter.shape)] },
});

const flat = (tensors: Readonly<Record<string, Tensor>>): Record<string, Tensor> =>
  Object.fromEntries(Object.entries(tensors).map(([name, x]) => [name, x.rank > 4 ? reshape(x, [-1]) : x]));

function operatorsOf(
  jobs: readonly Job<Tensor>[],
  numbers: Numbers,
  elements: Elements | undefined,
): Operators<Tensor> {
  const numberOf = (e: Expr, { scalars, program }: Job<Tensor>): number =>
    e.op === "const" ? e.value : scalars[program.scalars.indexOf(e)]!; // device nodes read no other host nodes

  const fuse = (e: Expr, { part, job: j, shape, at }: Site<Tensor>): Tensor | undefined => {
    const job = jobs[j]!;
    if (isMatrixFunction(e.op)) {
      const matrices = e.args.filter(({ place }) => place === "tensor").map(at);
      const constants = e.args.flatMap((arg) => (arg.op === "const" ? [arg.value] : []));
      return wholeOf(e.op, matrices, constants);
    }
    if (elements && !isMatrixOp(e)) {
      const { program } = part;
      const made = elements(e, { program, shape, tensor: at, number: (of) => numberOf(of, job) });
      if (made) return made;
    }
    if (e.op !== "select" || e.args[0].place !== "host") return undefined;
    const chosen = numberOf(e.args[0], job) !== 0 ? e.args[1] : e.args[2];
    return chosen.place === e.place ? at(chosen) : undefined;
  };

  return {
    constant: (value) => numbers.get(value, false),
    apply: applyOf,
    reduce: reduceOf,
    broadcast: (x, shape) => broadcastTo(x, [...shape]),
    reshape: (x, shape) => reshape(x, [...shape]),
    truth: (x) => cast(x, "bool"),
    fuse,
    scope: tidy,
    // A program of the backend takes the root of a sum itself.
    ...(elements ? {} : { norm: normOf }),
  };
}

/**
 * One step by the framework's own operators: the reference for every fused loop, and the fallback. Element operations
 * round to float32 one by one; sums are float32 here, in the order the tfjs backend takes. Computes all new values,
 * which the tidy it is called in owns, and returns what assigns them.
 */
export function compose(jobs: readonly Job<Tensor>[], elements?: Elements): () => void {
  const numbers = new Numbers();
  try {
    const flattening = jobs.map((job) => elements === undefined && flattens(job));
    const parts = jobs.map((job, j) => (flattening[j] ? flattened(job) : job));
    const given = jobs.map(({ program, tensors, inputs, scalars }, j) => {
      const all = { ...tensors, ...inputs };
      return {
        tensors: flattening[j] ? flat(all) : all,
        scalars: program.scalars.map((e, i) => numbers.get(scalars[i]!, isBoolean(e))), // one each
      };
    });
    const results = interpret(parts, given, operatorsOf(jobs, numbers, elements));
    // A reshape is a tensor of its own even where it changes nothing, so a value that is an input as it was outlives the
    // assignment to that input.
    const values = jobs.map(({ tensors }, j) =>
      Object.entries(results[j]!).map(
        ([name, value]) => [tensors[name]!, reshape(value, tensors[name]!.shape)] as const,
      ),
    );
    return () => {
      for (const [tensor, value] of values.flat()) (tensor as Variable).assign(value); // what a program changes is p or a slot
    };
  } finally {
    numbers.dispose();
  }
}
