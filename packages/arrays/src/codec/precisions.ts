import { OptimizerError, type Parameter } from "@descent/core";
import { isRecord, list, oneOf, type Shape, size, suggestion } from "@descent/core/adapter";
import type { KernelPlan } from "@descent/core/kernels";
import type { Codec } from "./codec.ts";

/** How the numbers of a state tensor are kept. */
export type Precision = "float32" | Codec;

const PRECISIONS: readonly Precision[] = ["float32", "bfloat16", "float8"];

/** The choice of the option `state`. */
export interface Precisions {
  /** The codec of each slot; `undefined` where all are kept in float32. */
  readonly codecOf: ((slot: string) => Codec | undefined) | undefined;
  /** The slots that a precision was chosen for by name. */
  readonly named: Readonly<Record<string, Precision>>;
}

/** The option `state`, checked: one precision for every slot, or one by name. */
export function precisions(state: unknown): Precisions {
  if (state === undefined) return { codecOf: undefined, named: {} };
  if (!isRecord(state)) {
    const codec = codecOf(precision("state", state));
    return { codecOf: codec && (() => codec), named: {} };
  }
  const named = Object.entries(state).map(([slot, given]) => [slot, precision(`state.${slot}`, given)] as const);
  const codecs = new Map(named.map(([slot, kept]) => [slot, codecOf(kept)]));
  return { codecOf: (slot) => codecs.get(slot), named: Object.fromEntries(named) };
}

const codecOf = (kept: Precision): Codec | undefined => (kept === "float32" ? undefined : kept);

/** The precision that was given as this option. */
function precision(option: string, given: unknown): Precision {
  const kept = { [option]: given };
  oneOf("optimizer", kept, PRECISIONS);
  return kept[option]!; // the one that was checked
}

/** Throws if a precision was chosen for a slot that no rule has. */
export function refuseUnknownSlots(named: Precisions["named"], slots: ReadonlySet<string>): void {
  for (const [name, chosen] of Object.entries(named))
    if (!slots.has(name))
      throw new OptimizerError(
        `No rule here has a state \`${name}\` to store as ${chosen}; the states are ${list([...slots])}.${suggestion(name, slots)}`,
      );
}

/** Tensors of fewer numbers are kept in float32: they would save next to nothing. */
const CODED_FROM = 4096;
/** Slots that are put back bit for bit. */
const EXACT: ReadonlySet<string> = new Set(["round.p", "readout.p"]);

/** Which slots a codec keeps: those of a parameter's size, if it is large and no matrix of the rule is multiplied. */
export class CodedSlots {
  readonly #codecOf: Precisions["codecOf"];
  /** Parameters whose matrices are multiplied, which codecs cannot keep. */
  readonly #multiplied = new WeakSet<Parameter>();

  constructor(of: Precisions["codecOf"]) {
    this.#codecOf = of;
  }

  /** Takes note of the plan of a parameter's steps. */
  note(parameter: Parameter, { stages }: KernelPlan): void {
    if (stages.some(({ work }) => work.some(({ kind }) => kind !== "loop"))) this.#multiplied.add(parameter);
  }

  /** The codec of a parameter's slot; undefined where it is kept in float32. */
  codec(parameter: Parameter, shape: Shape, name: string): Codec | undefined {
    const length = size(shape);
    const fits = length === size(parameter.shape) && length >= CODED_FROM && !this.#multiplied.has(parameter);
    return fits && !EXACT.has(name) ? this.#codecOf?.(name) : undefined;
  }
}
