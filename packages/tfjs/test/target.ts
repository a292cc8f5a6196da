import type { Gradients, Session, Target } from "@descent/conformance";
import * as tf from "@tensorflow/tfjs";
import { optimizer } from "../src/index.ts";

/**
 * tfjs on whichever backend it uses, as a target of the conformance kit. Sessions run side by side with variables of
 * the same names, which tfjs does not allow, so each session registers its own before it acts.
 */
export const tfjs = (name: string, { fused }: { readonly fused?: boolean } = {}): Target => ({
  name,
  start: (starts, configured): Session => {
    const registered = tf.engine().registeredVariables;
    for (const name of Object.keys(starts)) delete registered[name];
    const variables = Object.fromEntries(
      Object.entries(starts).map(([name, { data, shape }]) => [
        name,
        tf.tidy(() => tf.variable(tf.tensor(data.slice(), [...shape], "float32"), true, name)),
      ]),
    );
    const act = <R>(action: () => R): R => {
      Object.assign(registered, variables);
      return action();
    };
    const describe = ({ name }: tf.Variable) => ({ role: starts[name]!.role, axes: starts[name]!.axes });
    // The kit asks that NaN go through arithmetic as it does everywhere; what is refused has tests of its own.
    const session = optimizer(configured, { parameter: describe, fused, nonFinite: "apply" });
    return {
      update: (gradients, inputs = {}) =>
        act(() => {
          const tensorsOf = (arrays: Gradients): { name: string; tensor: tf.Tensor }[] =>
            Object.entries(arrays).map(([name, x]) => {
              const { data, shape } = starts[name]!; // of a parameter
              return { name, tensor: tf.tensor(x.slice(), x.length === data.length ? [...shape] : [x.length]) };
            });
          const given = tensorsOf(gradients);
          const others = Object.entries(inputs).map(
            ([name, x]) => [name, typeof x === "number" ? x : tensorsOf(x)] as const,
          );
          try {
            session.applyGradients(given, Object.fromEntries(others));
          } finally {
            const all = [given, ...others.map(([, x]) => x)].flatMap((x) => (typeof x === "number" ? [] : x));
            tf.dispose(all.map(({ tensor }) => tensor));
          }
        }),
      read: async (name) => (await variables[name]!.data<"float32">()).slice(),
      set: (hyper) => session.set(hyper),
      state: () => act(() => session.state()),
      load: (state, options) => act(() => session.load(state, { ...options, variables: Object.values(variables) })),
      inspect: () => act(() => session.inspect()),
      dispose: () => {
        session.dispose();
        act(() => tf.dispose(variables));
      },
    };
  },
});
