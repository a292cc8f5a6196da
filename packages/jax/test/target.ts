import type { Gradients, Session, Target } from "@descent/conformance";
import { size } from "@descent/core/adapter";
import { defaultDevice, init, type Array as JaxArray, numpy as np, tree } from "@jax-js/jax";
import { applyUpdates, type State, toStateDict, transformation } from "../src/index.ts";

await init("wasm");
defaultDevice("wasm");

export const array = (data: Float32Array, shape: readonly number[]): JaxArray =>
  np.array(data.slice()).reshape([...shape]);
export const numbers = async (x: JaxArray): Promise<Float32Array> => (await x.ref.data()) as Float32Array; // all are float32

type Params = Record<string, JaxArray>;

/** jax-js for the kit, by `step` or by `update` and `applyUpdates`. */
export const jax = (name: string, by: "step" | "update"): Target => ({
  name,
  start(starts, configured): Session {
    const describe = (n: string) => ({ role: starts[n]?.role, axes: starts[n]?.axes });
    const solver = transformation(configured, { describe });
    let params: Params = Object.fromEntries(
      Object.entries(starts).map(([n, { data, shape }]) => [n, array(data, shape)]),
    );
    let state: State = solver.init(tree.ref(params));
    const given = (gradients: Gradients): Params =>
      Object.fromEntries(
        Object.entries(gradients).map(([n, data]) => {
          const shape = starts[n]?.shape ?? [];
          return [n, array(data, size(shape) === data.length ? shape : [data.length])];
        }),
      );
    return {
      update(gradients, inputs = {}) {
        const others = Object.fromEntries(
          Object.entries(inputs).map(([n, x]) => [n, typeof x === "number" ? x : given(x)] as const),
        );
        const grads = given(gradients);
        if (by === "step") [params, state] = solver.step(grads, state, params, others);
        else {
          const [updates, next] = solver.update(grads, state, tree.ref(params), others);
          state = next;
          params = applyUpdates(params, updates);
        }
      },
      read: (n) => numbers(params[n]!),
      set(hyper) {
        state = solver.set(state, hyper);
      },
      state: () => toStateDict(state),
      load(saved, options) {
        const { state: next, report } = solver.load(saved, tree.ref(params), options);
        tree.dispose(state as never);
        state = next;
        return report;
      },
      inspect: () => solver.inspect(state),
      dispose() {
        tree.dispose(params);
        tree.dispose(state as never);
      },
    };
  },
});
