import { OptimizerError } from "@descent/core";
import { isCallback, shown } from "@descent/core/adapter";
import { type Scalar, type Tensor, tensor, tidy, type Variable, variableGrads } from "@tensorflow/tfjs-core";
import { checkedLoss } from "./variables/gradients.ts";
import { registerWasmGradients } from "./wasm/gradients.ts";

/** A loss as a function of variables, which are one point: what `minimize` of `@descent/quasi-newton` takes. */
export interface VariableObjective {
  /** The loss and its gradient at a point, one variable after the other. The variables have these numbers afterwards. */
  evaluate(x: ArrayLike<number>): Promise<{ readonly value: number; readonly gradient: Float64Array }>;
  /** The numbers that the variables have: where to start. */
  start(): Promise<Float64Array>;
  /** Gives the variables the numbers of a point, such as the result's. */
  finish(x: ArrayLike<number>): void;
}

/** Whichever copy of tfjs made it. */
const isVariable = (v: unknown): v is Variable =>
  typeof v === "object" && v !== null && "assign" in v && isCallback(v.assign) && "trainable" in v;

/**
 * A loss over variables, for methods that need the same function at every call, such as a loss over all data: `minimize(model,
 * await model.start(), lbfgs())`. Numbers are float32 on the device, so that losses which differ by less than a millionth do
 * not say which is lower.
 */
export function objective(loss: () => Scalar, variables: readonly Variable[]): VariableObjective {
  const checked = checkedLoss(loss);
  if (!Array.isArray(variables) || variables.length === 0 || !variables.every(isVariable))
    throw new OptimizerError(`\`objective\` takes a list of tf.Variables; got ${shown(variables)}.`);
  const list = [...variables];
  const size = list.reduce((n, v) => n + v.size, 0);
  const joined = async (tensors: readonly Tensor[]): Promise<Float64Array> => {
    const out = new Float64Array(size);
    let at = 0;
    for (const data of await Promise.all(tensors.map((t) => t.data()))) {
      out.set(data, at);
      at += data.length;
    }
    return out;
  };
  const put = (x: ArrayLike<number>): void => {
    if (typeof x !== "object" || x === null || x.length !== size)
      throw new OptimizerError(
        `The variables are ${size} numbers; got ${typeof x === "object" && x !== null ? x.length : shown(x)}.`,
      );
    const all = Float32Array.from(x);
    let at = 0;
    for (const v of list) tidy(() => v.assign(tensor(all.slice(at, (at += v.size)), v.shape)));
  };
  return {
    start: () => joined(list),
    finish: put,
    async evaluate(x) {
      put(x);
      registerWasmGradients(); // the backend may have come since
      const { value, grads } = variableGrads(checked, list);
      try {
        const gradient = await joined(list.map((v) => grads[v.name]!)); // variableGrads throws for one without a gradient
        return { value: (await value.data())[0]!, gradient };
      } finally {
        value.dispose();
        for (const g of Object.values(grads)) g.dispose();
      }
    },
  };
}
