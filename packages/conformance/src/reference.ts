import type { StateDict } from "@descent/core";
import { Loop, referenceBackend } from "@descent/core/adapter";
import type { Gradients, Session, Start, Starts, Target } from "./target.ts";

/** The yardstick as a target of the kit. */
export const reference: Target = {
  name: "reference",
  start: (starts, configured): Session => {
    const loop = new Loop(referenceBackend, configured);
    loop.add(
      Object.entries(starts).map(([name, { shape, role, axes }]: [string, Start]) => ({ name, shape, role, axes })),
    );
    const parameters = copies(starts);
    return {
      update(gradients, inputs = {}) {
        const { tensors, numbers } = loop.given<Gradients>(inputs);
        const given = (name: string): Record<string, Float32Array> =>
          Object.fromEntries(tensors.flatMap(([input, arrays]) => (arrays[name] ? [[input, arrays[name]]] : [])));
        loop.update(
          Object.fromEntries(
            Object.entries(gradients).map(([n, g]) => [n, { p: parameters[n]!, inputs: { g, ...given(n) } }]),
          ),
          numbers,
        );
      },
      read: (name) => parameters[name]!.slice(),
      set: (hyper) => loop.set(hyper),
      state: (): StateDict => ({
        meta: loop.meta(),
        tensors: Object.fromEntries(
          loop.slots().map(({ key, shape, tensor }) => [key, { shape, data: tensor.slice() }]),
        ),
      }),
      load: (state, options) => loop.load(state, (tensor, data) => tensor.set(data), options),
      inspect: () => loop.inspect(),
      dispose: () => loop.dispose(),
    };
  },
};

export const copies = (starts: Starts): Record<string, Float32Array> =>
  Object.fromEntries(Object.entries(starts).map(([name, { data }]) => [name, data.slice()]));
