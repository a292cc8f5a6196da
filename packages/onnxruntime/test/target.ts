import type { Session, Target } from "@descent/conformance";
import * as ort from "onnxruntime-node";
import { GraphResidence } from "../src/plans/graph.ts";
import { TrainingLoop } from "../src/plans/loop.ts";
import { Compiler } from "../src/session/compiler.ts";

/** The update as it is lowered to ONNX operators, alone, as a target of the conformance kit, which brings the gradients. */
export const inGraph = (provider: string): Target => ({
  name: `onnxruntime ${provider}, in the graph`,
  start: async (starts, configured): Promise<Session> => {
    const compiler = new Compiler({
      runtime: ort,
      source: undefined as never, // for nothing is differentiated here
      executionProviders: [provider],
      sessionOptions: { intraOpNumThreads: 1 },
      fills: true,
    });
    const weights = Object.entries(starts).map(([name, { data, ...rest }]) => ({ name, initial: data, ...rest }));
    const residence = new GraphResidence(compiler, configured, weights);
    const plan = new TrainingLoop(compiler, residence, { weights, statistics: [], seed: 0 });
    let inspection = await plan.inspect();
    const seen = async <T>(result: Promise<T>): Promise<T> => {
      const value = await result;
      inspection = await plan.inspect();
      return value;
    };
    return {
      update: async (gradients) => void (await seen(plan.applyGradients(gradients, false))),
      read: async (name) => (await plan.weights())[name]!,
      set: (hyper) => void seen(plan.set(hyper)),
      state: () => residence.optimizer.state(),
      load: (state, options) => seen(Promise.resolve().then(() => residence.optimizer.load(state, options))),
      inspect: () => inspection,
      dispose: () => void plan.dispose(),
    };
  },
});
