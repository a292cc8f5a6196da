import type { Configured } from "@descent/core";
import { transformation } from "@descent/jax";
import { type Array as JaxArray, jit, numpy as np, tree } from "@jax-js/jax";
import { type Contender, sine, versionOf } from "./contender.ts";
import { PROOF, type UpdateTask } from "./protocol.ts";

/*
 * AdamW as @jax-js/optax 0.1.2 composes it (MIT licence; scaleByAdam, addDecayedWeights, scaleByLearningRate and
 * applyUpdates of its transform.ts, treeUtils.ts and base.ts), operation by operation: that package is not on the
 * registry that this repository installs from. Every use of an array takes it; `ref` keeps one more.
 */
function moments(
  gradients: readonly JaxArray[],
  before: readonly JaxArray[],
  decay: number,
  order: number,
): JaxArray[] {
  return before.map((moment, i) => {
    const g = gradients[i]!; // as many as moments
    let power = g.ref;
    for (let k = 1; k < order; k++) power = power.mul(g.ref);
    g.dispose();
    return power.mul(1 - decay).add(moment.mul(decay));
  });
}
function corrected(moments: readonly JaxArray[], decay: number, count: JaxArray): JaxArray[] {
  const correction = np.reciprocal(np.subtract(1, np.power(decay, count.astype(np.float32))));
  const result = moments.map((m) => m.ref.mul(correction.ref));
  correction.dispose();
  return result;
}
type State = [parameters: JaxArray[], first: JaxArray[], second: JaxArray[], count: JaxArray];
function adamw(lr: number): (gradients: JaxArray[], ...state: State) => State {
  const [b1, b2, eps, epsRoot, weightDecay] = [0.9, 0.999, 1e-8, 0, 0.01];
  return (gradients, parameters, first, second, before) => {
    const mu = moments(
      gradients.map((g) => g.ref),
      first,
      b1,
      1,
    );
    const nu = moments(gradients, second, b2, 2);
    const count = before.add(1);
    const [muHat, nuHat] = [corrected(mu, b1, count.ref), corrected(nu, b2, count.ref)];
    const updates = muHat.map((m, i) =>
      m
        .div(np.sqrt(nuHat[i]!.add(epsRoot)).add(eps))
        .add(parameters[i]!.ref.mul(weightDecay))
        .mul(-lr),
    );
    return [parameters.map((p, i) => p.add(updates[i]!)), mu, nu, count];
  };
}

const vectors = ({ count, size }: UpdateTask, fill: (array: Float32Array) => Float32Array): JaxArray[] =>
  Array.from({ length: count }, () => np.array(fill(new Float32Array(size))));

/** Three numbers of the last array, which stays. */
const told = async (arrays: readonly JaxArray[]): Promise<number[]> => [
  ...((await arrays.at(-1)!.ref.data()) as Float32Array).subarray(1, 4), // made as one
];

/** Descent on jax-js in WebAssembly. */
export async function jaxDescent(task: UpdateTask, rule: Configured): Promise<Contender> {
  const solver = transformation(rule);
  const gradients = vectors(task, sine);
  let params = vectors(task, sine);
  let state = solver.init(tree.ref(params));
  const step = async (): Promise<void> => {
    [params, state] = solver.step(tree.ref(gradients), state, params);
    await params[0]!.ref.blockUntilReady();
  };
  for (let i = 0; i < PROOF; i++) await step();
  const proof = await told(params);
  state = solver.set(state, { lr: task.still });
  return {
    step,
    proof,
    versions: { "jax-js": versionOf(".", "@jax-js/jax") },
    dispose: () => tree.dispose([...gradients, ...params, ...Object.values(state.tensors)]),
  };
}

/** jax-js in WebAssembly, the update compiled by `jit`. */
export async function jax(task: UpdateTask): Promise<Contender> {
  const { rate } = task;
  const make = (fill: (array: Float32Array) => Float32Array): JaxArray[] => vectors(task, fill);
  const zero = (array: Float32Array): Float32Array => array;
  const gradients = make(sine);
  let state: State = [make(sine), make(zero), make(zero), np.array(0, { dtype: np.uint32 })];
  const compiled = jit(adamw(rate));
  const step = async (): Promise<void> => {
    state = compiled(
      gradients.map((g) => g.ref),
      ...state,
    ) as State; // what it is given, it gives
    await state[0][0]!.ref.blockUntilReady();
  };
  for (let i = 0; i < PROOF; i++) await step();
  return {
    step,
    proof: await told(state[0]),
    versions: { "jax-js": versionOf(".", "@jax-js/jax") },
    dispose() {
      for (const array of [...gradients, ...state.flat()]) array.dispose();
    },
  };
}
