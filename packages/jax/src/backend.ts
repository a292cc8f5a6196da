import {
  type Backend,
  drawn,
  type Given,
  interpret,
  type Operators,
  oncePerJobs,
  refuseEmpty,
  refuseShape,
} from "@descent/core/adapter";
import { isMatrixFunction, refuseOperations } from "@descent/core/graph";
import { type Array as JaxArray, jit, lax, numpy as np } from "@jax-js/jax";

/** An array of jax-js cannot be written to, so what the loop calls a tensor is a cell that holds one. */
export type Cell = { array: JaxArray; readonly drawn?: boolean };

/** jax-js's own squares both sides, which overflows and underflows, and has no angle for two zeros. */
function atan2(y: JaxArray, x: JaxArray): JaxArray {
  const scale = np.maximum(np.abs(y.ref), np.abs(x.ref));
  const none = np.equal(scale.ref, 0);
  const by = np.where(none.ref, 1, scale);
  return np.where(none, y.ref, np.atan2(np.divide(y, by.ref), np.divide(x, by)));
}

// biome-ignore format: a table
const elements: Readonly<Record<string, (...x: JaxArray[]) => JaxArray>> = {
  neg: np.negative, sqrt: np.sqrt, abs: np.abs, sign: np.sign, exp: np.exp, log: np.log, tanh: np.tanh, cos: np.cos,
  sin: np.sin, erf: lax.erf, floor: np.floor, add: np.add, sub: np.subtract, mul: np.multiply, div: np.divide, mod: np.fmod,
  pow: np.power, atan2, min: np.minimum, max: np.maximum, lt: np.less, le: np.lessEqual, gt: np.greater, ge: np.greaterEqual, eq: np.equal, ne: np.notEqual,
  and: np.logicalAnd, or: np.logicalOr, not: np.logicalNot, select: np.where, matmul: np.matmul, transpose: np.matrixTranspose,
};

/** Every use of an array consumes it in jax-js; `ref` keeps one more. */
const operators: Operators<JaxArray> = {
  constant: (value) => np.array(value),
  apply: (e, args) => {
    if (e.op !== "swap") return elements[e.op]!(...args.map((x) => x.ref)); // as many as the operation has
    const [x] = args as readonly [JaxArray]; // and four sizes
    const sizes = e.args.flatMap((n) => (n.op === "const" ? [n.value] : []));
    return np.transpose(x.ref.reshape(sizes), [0, 2, 1, 3]).reshape(x.shape);
  },
  reduce({ op, value }, x) {
    const terms = op === "sumsq" ? np.square(x.ref) : x.ref;
    const by = op === "largest" ? np.max : np.sum;
    return value === "row" || value === "column" ? by(terms, value === "row" ? 1 : 0, { keepdims: true }) : by(terms);
  },
  broadcast: (x, shape) => np.broadcastTo(x.ref, [...shape]),
  reshape: (x, shape) => x.ref.reshape([...shape]),
  truth: (x) => np.notEqual(x.ref, 0),
};

const compiled = oncePerJobs((jobs) => jit((given: Given<JaxArray>[]) => interpret(jobs, given, operators)));

/** Steps cells by one compiled function of jax-js per set of parameters. */
export const jaxBackend: Backend<Cell> = {
  name: "jax-js",
  check(program, parameter) {
    refuseEmpty(parameter, "jax-js");
    refuseOperations(program, isMatrixFunction, "jax-js", "Train with @descent/arrays");
  },
  slot(_, shape, start) {
    if (typeof start === "number") return { array: np.full([...shape], start) };
    return { array: start instanceof Float32Array ? np.array(start).reshape([...shape]) : start.of.array.ref };
  },
  free: ({ array }) => array.dispose(),
  draw: (drawing, { shape }) => ({ array: np.array(drawn(drawing)).reshape([...shape]), drawn: true }),
  run(jobs) {
    for (const { parameter, inputs } of jobs) if (inputs.g) refuseShape(parameter, inputs.g.array.shape);
    const scalars = new Map(jobs.map((job) => [job.scalars, job.scalars.map((x) => np.array(x))])); // many jobs share them
    const given = jobs.map((job) => ({
      tensors: Object.fromEntries(
        Object.entries({ ...job.tensors, ...job.inputs }).map(([name, { array }]) => [name, array.ref]),
      ),
      scalars: scalars.get(job.scalars)!.map((x) => x.ref),
    }));
    for (const [i, results] of compiled(jobs)(given).entries()) {
      for (const [name, array] of Object.entries(results)) {
        const cell = jobs[i]!.tensors[name]!; // a program changes only what it has
        cell.array.dispose();
        cell.array = array;
      }
      for (const cell of Object.values(jobs[i]!.inputs)) if (cell.drawn) cell.array.dispose();
    }
    for (const x of [...scalars.values()].flat()) x.dispose();
  },
};
