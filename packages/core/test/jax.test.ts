import { readFileSync } from "node:fs";
import { refusing, type Starts, type Target, wholes } from "@descent/conformance";
import { describeBackend } from "@descent/conformance/vitest";
import { Loop, size } from "@descent/core/adapter";
import { defaultDevice, init, type Array as JaxArray, numpy as np } from "@jax-js/jax";
import { expect, test } from "vitest";
import { jaxBackend } from "./jax.ts";

await init("wasm");
defaultDevice("wasm");

const make = (data: Float32Array, shape: readonly number[]): JaxArray => np.array(data.slice()).reshape([...shape]);
const read = (array: JaxArray): Promise<Float32Array> => array.ref.data() as Promise<Float32Array>; // all are float32

/** Somebody's adapter for jax-js, made of what core hands to strangers. */
const target: Target = {
  name: "jax-js",
  start(starts: Starts, configured) {
    const loop = new Loop(jaxBackend, configured);
    loop.add(Object.entries(starts).map(([name, { shape, role, axes }]) => ({ name, shape, role, axes })));
    const cells = new Map(
      Object.entries(starts).map(([name, { data, shape }]) => [name, { array: make(data, shape) }]),
    );
    return {
      update(gradients) {
        const shares = Object.entries(gradients).map(([name, data]) => {
          const shape = starts[name]?.shape ?? [];
          const g = { array: make(data, size(shape) === data.length ? shape : [data.length]) };
          return [name, { p: cells.get(name)!, inputs: { g } }] as const;
        });
        try {
          loop.update(shares);
        } finally {
          for (const [, { inputs }] of shares) inputs.g.array.dispose();
        }
      },
      read: (name) => read(cells.get(name)!.array),
      set: (hyper) => loop.set(hyper),
      state: async () => ({
        meta: loop.meta(),
        tensors: Object.fromEntries(
          await Promise.all(
            loop
              .slots()
              .map(async ({ key, shape, tensor }) => [key, { shape, data: await read(tensor.array) }] as const),
          ),
        ),
      }),
      load: (state, options) =>
        loop.load(
          state,
          (cell, data) => {
            const array = make(data, cell.array.shape);
            return () => {
              cell.array.dispose();
              cell.array = array;
            };
          },
          options,
        ),
      inspect: () => loop.inspect(),
      dispose: () => loop.dispose(),
    };
  },
};

describeBackend(target, {
  refusesEmpty: "jax-js has no arrays without elements",
  refuses: refusing(wholes, "jax-js cannot hand over a matrix within a compiled step"),
});

test("the adapter of the page for authors of adapters is this one, word for word", () => {
  const read = (file: string): string => readFileSync(new URL(file, import.meta.url), "utf8");
  expect(read("../ADAPTERS.md")).toContain(read("jax.ts"));
});
