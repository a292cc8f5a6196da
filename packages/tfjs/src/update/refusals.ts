import { isMatrixFunction, type Program, topological } from "@descent/core/graph";

/* The rules that a backend of tfjs cannot run, and why: apart from tfjs itself, so that the documentation can ask too. */

/** The backends whose numbers can be read while the step waits. */
export const readsAtOnce = (backend: string): boolean =>
  backend === "cpu" || backend === "wasm" || backend === "tensorflow";

/** The backends whose memory can be written, row by row. */
export const writesRows = (backend: string): boolean => backend === "cpu" || backend === "wasm";

/** Why rows of a variable cannot be stepped on a backend; undefined if they can. */
export const rowsRefused = (backend: string, name: string): string | undefined =>
  writesRows(backend)
    ? undefined
    : `The gradient of \`${name}\` is of some rows, and the ${backend} backend of tfjs has no memory to write rows to. Use tf.setBackend("wasm"), or give a whole gradient.`;

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

/** Why a backend cannot run a program; undefined if it can. `asks`: whether the device looks for gradients that are not finite. */
export function refusedOn(backend: string, program: Program, asks: boolean): string | undefined {
  const { title, slots } = program;
  const called = backend === "webgpu" ? wholeIn(program) : undefined;
  if (called !== undefined)
    return `${title} needs \`${called}\`, and tfjs's webgpu backend cannot hand over a matrix within a step. Use tf.setBackend("wasm"), or give the parameter another rule: partition(…).`;
  if (asks && !readsAtOnce(backend) && Object.hasOwn(slots, "round.p"))
    return `${title} takes several gradients per step, and on ${backend} a step that is not finite is found too late to take back the first of them. Use nonFinite: "apply".`;
  return undefined;
}
