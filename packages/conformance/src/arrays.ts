import { allocate, type Engine, optimizer } from "@descent/arrays";
import { copies } from "./reference.ts";
import type { Session, Target } from "./target.ts";

/** Typed arrays on one engine: in the engine's own memory, where it steps them in place, or anywhere. */
const arrays = (name: string, engine: Engine, where: "allocated" | "anywhere"): Target => ({
  name,
  start: (starts, configured): Session => {
    const data: Readonly<Record<string, Float32Array>> =
      where === "allocated" ? allocate(starts).parameters : copies(starts);
    for (const [k, start] of Object.entries(starts)) data[k]!.set(start.data);
    const described = Object.fromEntries(Object.entries(starts).map(([k, s]) => [k, { ...s, data: data[k]! }]));
    const session = optimizer(described, configured, { engine });
    return {
      update: (gradients, inputs) => session.update(gradients, inputs),
      read: (parameter) => data[parameter]!.slice(),
      readout: (parameter) => session.withReadout(() => data[parameter]!.slice()),
      set: (hyper) => session.set(hyper),
      state: () => session.state(),
      load: (state, options) => session.load(state, options),
      inspect: () => session.inspect(),
      dispose: () => session.dispose(),
    };
  },
});

/** Where rules run by default: typed arrays in WebAssembly memory, outside it, and without WebAssembly. Fastest first. */
export const arraysTargets = (): readonly Target[] => [
  arrays("arrays (wasm, in place)", "wasm", "allocated"),
  arrays("arrays (wasm, copied)", "wasm", "anywhere"),
  arrays("arrays (interpreter)", "interpreter", "anywhere"),
];
