import type { StateDict } from "@descent/core";
import type { LoadReport, Shape } from "@descent/core/adapter";
import type { Graph } from "@descent/onnx";
import type { TrainingGraph } from "../graphs/source.ts";
import type { RuntimeTensor } from "../runtime/runtime.ts";
import type { Compiled } from "../session/compiler.ts";
import type { GivenGradients, Hyper, LoadHow, Plan, StepInputs, TrainerInspection } from "./training.ts";

/** Tensors of a run by the name of their input or output. */
export type Tensors = Readonly<Record<string, RuntimeTensor>>;

/** One way to end a training run: the outputs it adds to the graph, and what happens to them once they are known. */
export interface Pass {
  /** Equal for passes that compile to the same graph. */
  readonly key: string;
  /** Adds nodes and outputs to the training graph; returns the outputs that stay where the device makes them. */
  join(training: TrainingGraph): readonly string[];
  /** The value that must be finite before anything is written, for a parameter and its gradient. */
  watched(parameter: string, gradient: string): string;
  /** Inputs besides the batch, the weights and the statistics. */
  readonly feeds: Tensors;
  /** Tensors that the run itself fills, by output; given which outputs are gradients. */
  into(compiled: Compiled): Tensors;
  /** Why the results cannot be taken though what is watched is finite; undefined if they can. */
  fault?(results: Tensors, compiled: Compiled): string | undefined;
  /** Makes the results the new values; `loss` is that of the batch, for rules that read it, and `examples` the length of that batch. */
  take(results: Tensors, compiled: Compiled, loss: number, examples: number): void;
  /** Releases the results. */
  drop(results: Tensors): void;
  /** Called last, also after an error. */
  end(): void;
}

/** The optimizer of a residence, as every backend has it. */
export interface Steered {
  readonly step: number;
  /** Whether a round of several phases is under way, and the next phase. */
  readonly midRound: boolean;
  readonly phase: string;
  /** Whether the next update reads an input besides gradients. */
  readsNext(input: string): boolean;
  /** Whether ranks are gone and the others go on after this error, from the same step; only where there are ranks. */
  survives?(error: unknown): boolean;
  /** Takes the weights back to where the round began. */
  rewind(): void;
  /** Calls `use` while the weights are those to evaluate with. */
  withReadout<R>(use: () => Promise<R>): Promise<R>;
  set(hyper: Hyper, group?: string): void;
  inspect(): TrainerInspection;
  state(): StateDict | Promise<StateDict>;
  load(state: StateDict, options?: LoadHow): LoadReport;
}

/**
 * Where weights, statistics, waiting gradients and optimizer state live between runs, and how an update reaches them. `H`
 * holds one tensor of float32.
 */
export interface Residence<H> {
  readonly plan: Plan;
  readonly optimizer: Steered;
  readonly weights: ReadonlyMap<string, H>;
  /** A new tensor with these numbers, which are copied; of zeros without. */
  hold(shape: Shape, initial?: Float32Array): H;
  /** The tensor that runs read. */
  feed(held: H): RuntimeTensor;
  /** The tensor that runs write the next value to; none where they make one. */
  next(held: H): RuntimeTensor | undefined;
  /** Makes a run's result the value. */
  take(held: H, result: RuntimeTensor): void;
  /** Releases a result that is not taken. */
  drop(result: RuntimeTensor): void;
  /** Copies on the host. */
  read(held: readonly H[]): Promise<Float32Array[]>;
  /** Allocates room for new numbers; the function it returns puts them in place, and fails only where the device is lost. */
  writing(held: H, data: Float32Array): () => void;
  /** Where they lie on the host themselves, not copies; only where there are ranks. */
  arrays?(held: readonly H[]): Float32Array[];
  free(held: H): void;
  /** Session options under which these outputs stay where the device makes them. */
  staying(outputs: readonly string[], graph: Graph): Readonly<Record<string, unknown>>;
  /** The pass that adds a batch's gradients to sums, or makes them the first; undefined where the graph adds. */
  adding?(sums: ReadonlyMap<string, H>, first: boolean): Pass;
  /** The pass that ends in an update; `inputs` are what the rule reads besides gradients and the loss. */
  update(inputs: StepInputs): Pass;
  /** The update by gradients from the host, whose names and lengths were checked, as were those of the inputs. */
  apply(gradients: GivenGradients, inputs: StepInputs): Promise<void>;
  /** The update by the mean of gradients that were summed over `count` batches. */
  applyMean(sums: ReadonlyMap<string, H>, count: number): Promise<void>;
  /** Frees weights, gradients and state; what `hold` made is freed by `free`. */
  dispose(): void;
  /** Releases the rest, once the sessions are released. */
  release(): Promise<void>;
}
