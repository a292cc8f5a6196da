import type { Configured, StateDict } from "@descent/core";
import type { Axes, HyperValue, Inspection, LoadReport, Role, Shape } from "@descent/core/adapter";

/** A parameter to start from. The numbers are copied, never written to. */
export interface Start {
  readonly data: Float32Array;
  readonly shape: Shape;
  /** Its part in a layer, on which weight decay depends. */
  readonly role?: Role | undefined;
  /** Its fan-in and fan-out dimensions, for rules that read rows and columns. */
  readonly axes?: Axes | undefined;
}
/** Parameters to start from, by name. */
export type Starts = Readonly<Record<string, Start>>;
/** One gradient per parameter that takes part in a step, by name. */
export type Gradients = Readonly<Record<string, Float32Array>>;

/** The inputs of rules besides gradients, by name: a number, or arrays by parameter. */
export type Inputs = Readonly<Record<string, number | Gradients>>;

/** An optimizer at work, as the kit drives it; each call may answer at once or with a promise. */
export interface Session {
  /** One update, or the next phase of one. `inputs` are there for rules that read more than gradients. */
  update(gradients: Gradients, inputs?: Inputs): void | Promise<void>;
  /** The parameter's numbers now. */
  read(name: string): Float32Array | Promise<Float32Array>;
  /** The parameter's numbers to evaluate with; needed for goldens of averages. */
  readout?(name: string): Float32Array | Promise<Float32Array>;
  /** Changes hyper-parameters from the next update on. */
  set(hyper: Readonly<Record<string, HyperValue>>): void;
  /** The state by name, as a copy. */
  state(): StateDict | Promise<StateDict>;
  /** Continues from a state. By default it is `strict`: what is missing or left over throws. */
  load(state: StateDict, options?: { readonly strict?: boolean }): LoadReport | Promise<LoadReport>;
  /** Current hyper-parameters, groups and counts. */
  inspect(): Inspection;
  /** Frees everything; afterwards every call throws. */
  dispose(): void;
}

/** A backend under test: a name for the reports, and how to start an optimizer on these parameters. */
export interface Target {
  readonly name: string;
  /** An optimizer of these parameters, which the session owns. */
  start(parameters: Starts, configured: Configured): Session | Promise<Session>;
}
