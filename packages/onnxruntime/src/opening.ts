import { forSome, refuseEmptyGroups, worldOf } from "@descent/core/adapter";
import { Calls } from "./calls.ts";
import { checkCreate, checkOpen } from "./check-options.ts";
import type { Engine, Opening, Started, Starting } from "./engine/engine.ts";
import { LocalEngine } from "./engine/local.ts";
import type { FileSource, ModelInput } from "./files/read.ts";
import type { Candidates } from "./graphs/model.ts";
import type { OpenOptions, TrainerOptions } from "./options.ts";
import type { LostError } from "./quirks/lost.ts";
import { type Report, reportOf } from "./report.ts";
import { mendingOf, trainedOf } from "./trainable.ts";
import { RemoteEngine } from "./worker/remote.ts";

/** An engine that is ready to train, and what it says of the model. */
export interface Begun {
  readonly engine: Engine;
  readonly started: Started;
  readonly candidates: Candidates;
  readonly report: Report;
  /** Shared with the engine, which may lose its device or worker while nothing is asked. */
  readonly calls: Calls;
}

/** An engine for a model, which it differentiates. */
export async function created(model: ModelInput, options: TrainerOptions): Promise<Begun> {
  checkCreate(options);
  return begun(
    {
      model,
      trainingGraph: false,
      external: options.external,
      externalRoot: options.externalRoot,
      mending: mendingOf(options),
      reading: {
        fixed: options.fixed,
        stopGradient: options.stopGradient,
        paddingIdx: options.paddingIdx,
        ...(options.shapes ? { shapes: options.shapes } : {}),
      },
    },
    options,
    (candidates) => {
      const {
        loss,
        outputs,
        shapes,
        batchNorm,
        gradients,
        rows,
        checkpoint,
        unreached = options.trainable === undefined ? "leave" : "error",
      } = options;
      const trained = trainedOf(candidates, options);
      refuseEmptyGroups(options.optimizer, candidates.weights);
      return { trained, loss, outputs, shapes, batchNorm, gradients, unreached, rows, checkpoint };
    },
  );
}

/** An engine for a training graph, which holds all that was chosen when it was written. */
export async function reopened(graph: FileSource, options: OpenOptions): Promise<Begun> {
  checkOpen(options);
  return begun(
    { model: graph, trainingGraph: true, external: undefined, externalRoot: undefined, mending: {}, reading: {} },
    options,
    (candidates) => {
      const none = {
        loss: undefined,
        outputs: undefined,
        shapes: undefined,
        batchNorm: undefined,
        gradients: undefined,
        unreached: undefined,
        rows: undefined,
        checkpoint: undefined,
      };
      return { ...none, trained: trainedOf(candidates, options) };
    },
  );
}

async function begun(
  source: Omit<Opening, "runtime" | "executionProviders" | "sessionOptions">,
  options: OpenOptions,
  choose: (
    candidates: Candidates,
  ) => Omit<Starting, "optimizer" | "plan" | "seed" | "hutchinson" | "world" | "shard" | "native" | "state">,
): Promise<Begun> {
  const { executionProviders = ["cpu"], optimizer, worker = false, seed = 0 } = options;
  const calls = new Calls();
  const lost = (error: LostError): void => calls.lost(error);
  const engine: Engine = worker === false ? new LocalEngine(lost) : await RemoteEngine.start(worker, lost);
  try {
    const { runtime, sessionOptions = {}, plan, hutchinson } = options;
    const candidates = await engine.open({ ...source, runtime, executionProviders, sessionOptions });
    const started = await engine.start({
      ...choose(candidates),
      optimizer: forSome(optimizer),
      plan,
      seed,
      hutchinson,
      world: worldOf(options.world),
      shard: options.shard,
      state: options.state,
      native: options.native,
    });
    return {
      engine,
      started,
      candidates,
      report: reportOf(candidates, started.parameters, await engine.training.inspect()),
      calls,
    };
  } catch (error) {
    await engine.dispose();
    throw error;
  }
}
