import type { LoadReport } from "@descent/core/adapter";
import type {
  Forward,
  GivenGradients,
  Gradients,
  Hyper,
  LoadHow,
  Outputs,
  Plan,
  Snapshot,
  StepInputs,
  Stepped,
  TrainerInspection,
  Training,
  Weights,
} from "../plans/training.ts";
import type { Fed } from "../runtime/feeds.ts";
import { plainHyper } from "./message.ts";

/** The training of an engine in a worker: every call is a message. */
export class RemoteTraining implements Training {
  readonly plan: Plan;
  readonly #step: () => number;
  readonly #call: <T>(method: string, ...args: readonly unknown[]) => Promise<T>;

  constructor(plan: Plan, step: () => number, call: <T>(method: string, ...args: readonly unknown[]) => Promise<T>) {
    this.plan = plan;
    this.#step = step;
    this.#call = call;
  }

  get step(): number {
    return this.#step();
  }
  train(batch: readonly Fed[], guard: boolean, inputs?: StepInputs): Promise<Stepped> {
    return this.#call("train", batch, guard, inputs);
  }
  accumulate(batch: readonly Fed[], guard: boolean): Promise<Stepped> {
    return this.#call("accumulate", batch, guard);
  }
  applyAccumulated(guard: boolean): Promise<string | undefined> {
    return this.#call("applyAccumulated", guard);
  }
  gradients(batch: readonly Fed[]): Promise<Forward & { readonly gradients: Gradients }> {
    return this.#call("gradients", batch);
  }
  hessianProduct(batch: readonly Fed[], vector: Gradients): Promise<Gradients> {
    return this.#call("hessianProduct", batch, vector);
  }
  applyGradients(gradients: GivenGradients, guard: boolean, inputs?: StepInputs): Promise<string | undefined> {
    return this.#call("applyGradients", gradients, guard, inputs);
  }
  batchStatistics(batch: readonly Fed[]): Promise<Weights> {
    return this.#call("batchStatistics", batch);
  }
  evaluate(batch: readonly Fed[]): Promise<Forward> {
    return this.#call("evaluate", batch);
  }
  predict(batch: readonly Fed[]): Promise<Outputs> {
    return this.#call("predict", batch);
  }
  async set(hyper: Hyper, group?: string): Promise<void> {
    return this.#call("set", plainHyper(hyper), group);
  }
  inspect(): Promise<TrainerInspection> {
    return this.#call("inspect");
  }
  weights(readout?: boolean): Promise<Weights> {
    return this.#call("weights", readout);
  }
  setWeights(weights: Weights): Promise<void> {
    return this.#call("setWeights", weights);
  }
  snapshot(): Promise<Snapshot> {
    return this.#call("snapshot");
  }
  restore(snapshot: Snapshot, options?: LoadHow): Promise<LoadReport> {
    return this.#call("restore", snapshot, options);
  }
  async dispose(): Promise<void> {} // the engine disposes of it
}
