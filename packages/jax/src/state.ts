import type { Parameter, StateDict } from "@descent/core";
import type { StateMeta } from "@descent/core/adapter";
import { type HyperValue, isRecord, takes } from "@descent/core/adapter";
import type { Array as JaxArray } from "@jax-js/jax";
import { checkArray } from "./tree.ts";

/** Hyper-parameters that were changed by `set`, for one group or for all. */
export type Change = readonly [hyper: Readonly<Record<string, HyperValue>>, group: string | undefined];

/**
 * The part of a state that is not arrays: counts, rules and hyper-parameters. An instance is a leaf of jax-js's trees, which
 * `tree.ref` and `tree.dispose` pass over.
 */
export class Meta {
  /** As a checkpoint has it. */
  readonly saved: StateMeta;
  /** The parameters that the state belongs to, in the order in which they are stepped. */
  readonly parameters: readonly Parameter[];
  /** The changes that `set` has made so far. */
  readonly changes: readonly Change[];

  constructor(saved: StateMeta, parameters: readonly Parameter[], changes: readonly Change[]) {
    this.saved = saved;
    this.parameters = parameters;
    this.changes = changes;
  }
}

/**
 * An optimizer's state as a tree of jax-js: `tensors["m/dense/kernel"]` is the slot `m` of the parameter `dense/kernel`, under the key
 * that a checkpoint has. A parameter gets its slots in its first update. Take another reference with `tree.ref(state)`, and either
 * may go on; free it with `tree.dispose(state)`.
 */
export interface State {
  readonly meta: Meta;
  /** Slots on jax-js's device, by key. */
  readonly tensors: Readonly<Record<string, JaxArray>>;
}

/** Throws unless it is a state. */
export function checkState(call: string, state: unknown): asserts state is State {
  const { meta, tensors }: Readonly<Record<string, unknown>> = isRecord(state) ? state : {};
  const known =
    typeof meta === "object" && meta !== null && "saved" in meta && "parameters" in meta && "changes" in meta;
  takes(call, "the state that init() or update() returned", state, known && isRecord(tensors));
}

/**
 * The numbers of a state, as a checkpoint that every backend of Descent loads: `encodeState` of `@descent/core` makes a file of it. The
 * state stays valid.
 */
export async function toStateDict(state: State): Promise<StateDict> {
  checkState("toStateDict", state);
  const entries = Object.entries(state.tensors).map(async ([key, array]) => {
    checkArray(`The state's tensor \`${key}\``, array);
    return [key, { shape: array.shape, data: (await array.ref.data()) as Float32Array }] as const; // as its dtype says
  });
  return { meta: state.meta.saved, tensors: Object.fromEntries(await Promise.all(entries)) };
}
