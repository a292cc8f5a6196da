import { isMatrixFunction, type Program, topological } from "@descent/core/graph";

/* The rules that a backend of tfjs cannot run, and why: apart from tfjs itself, so that the documentation can ask too. */

/** The backends whose numbers can be read while the step waits. */
export const readsAtOnce = (backend: string): boolean =>
  backend === "cpu" || backend === "wasm" || backend === "tensorflow";

/** The backends whose memory can be written, row by row. */
export const writesRows = (backend: string): boolean => backend === "cpu" || backend === "wasm";

/**
 * Whether a step can read tensors that it needs, if slowly. In browsers tfjs's webgpu backend reads through a canvas, which ends
 * Chromium's software device.
 */
const reads = (backend: string): boolean => backend !== "webgpu";

/** Why a step on a backend cannot learn which rows of a variable it is of, where tensors say so; undefined if it can. */
export const rowsRefused = (backend: string, name: string): string | undefined =>
  reads(backend)
    ? undefined
    : `The gradient of \`${name}\` is of some rows, and tfjs's webgpu backend cannot be asked which within a step. Give arrays, { rows: [3, 17], data: Float32Array }, use tf.setBackend("wasm"), or give a whole gradient.`;

const whole = new WeakMap<Program, string | undefined>();

/** The name of a function of whole matrices that a program calls. */
function wholeIn(program: Program): string | undefined {
  if (whole.has(program)) return whole.get(program);
  const found = topological(Object.values(program.outputs)).find(
    ({ op, args }) => isMatrixFunction(op) && args.some(({ place }) => place === "tensor"),
  )?.op;
  whole.set(program, found);
  return found;
}

/** Why a backend cannot run a program; undefined if it can. */
export function refusedOn(backend: string, program: Program): string | undefined {
  const { title } = program;
  const called = reads(backend) ? undefined : wholeIn(program);
  if (called !== undefined)
    return `${title} needs \`${called}\`, and tfjs's webgpu backend cannot hand over a matrix within a step. Use tf.setBackend("wasm"), or give the parameter another rule: partition(…).`;
  return undefined;
}
