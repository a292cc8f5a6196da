import type { Figure } from "@descent/viz";
import type { Digits } from "./digits.ts";

/** A number that a reader moves. */
export interface RangeKnob {
  readonly kind: "range";
  readonly label: string;
  readonly min: number;
  readonly max: number;
  readonly value: number;
  /** The distance between two values; of their logarithms to base 10 where it is logarithmic. */
  readonly step: number;
  readonly log: boolean;
}
/** One of several things. */
export interface ChoiceKnob {
  readonly kind: "choice";
  readonly label: string;
  readonly value: string;
  readonly options: readonly (readonly [id: string, title: string])[];
}
/** A formula that a reader types. */
export interface TextKnob {
  readonly kind: "text";
  readonly label: string;
  readonly value: string;
  /** Formulas to begin from; the first is there when the page opens. */
  readonly examples: readonly string[];
}
type Knob = RangeKnob | ChoiceKnob | TextKnob;
type Knobs = Readonly<Record<string, Knob>>;
/** The values of knobs, by name. */
export type Values<K extends Knobs> = { readonly [N in keyof K]: K[N] extends RangeKnob ? number : string };

export const range = (
  label: string,
  [min, max]: readonly [number, number],
  value: number,
  step: number,
  log = false,
): RangeKnob => ({ kind: "range", label, min, max, value, step, log });

export const choice = (
  label: string,
  options: Readonly<Record<string, string>>,
  value: string = Object.keys(options)[0]!,
): ChoiceKnob => ({ kind: "choice", label, value, options: Object.entries(options) });

export const formula = (label: string, ...examples: readonly [string, ...string[]]): TextKnob => ({
  kind: "text",
  label,
  value: examples[0],
  examples,
});

/** A point of a figure that a reader drags, and the range knobs that it moves; the knobs are also the way to move it by keyboard. */
interface Handle {
  readonly at: readonly [x: number, y: number];
  readonly x?: string;
  readonly y?: string;
}
/** A figure, and what a reader may do in it besides reading. */
export interface Drawn extends Figure {
  /** The lines that grow with the step that a reader chooses, by name: a point for each step. */
  readonly ways?: readonly { readonly name: string; readonly x: ArrayLike<number>; readonly y: ArrayLike<number> }[];
  /** How many steps its horizontal axis has, where it counts steps from 0; the chosen one gets a line. */
  readonly steps?: number;
  readonly handles?: readonly Handle[];
}

/** A lesson as its file writes it. */
interface Given<K extends Knobs, M> {
  readonly number: number;
  readonly id: string;
  readonly title: string;
  /** The lectures that have it: A is Lim's, B is Dillhoff's. */
  readonly from: "A" | "B" | "A, B";
  /** The question of a reader before the lesson. */
  readonly question: string;
  /** The argument, a paragraph each; code stands between backticks. */
  readonly words: readonly string[];
  /** A sentence that a test checks. */
  readonly claim: string;
  readonly knobs: K;
  /** The knobs that change nothing while the others stand like this; the page turns them off. None by default. */
  readonly idle?: (values: Values<K>) => readonly (keyof K & string)[];
  /** Whether the model needs digits of MNIST. */
  readonly digits?: boolean;
  /** Everything that is computed from the knobs. */
  readonly model: (values: Values<K>, digits: Digits) => M;
  /** The caption, from the numbers of the model. */
  readonly caption: (model: M, values: Values<K>) => string;
  readonly figures: (model: M, values: Values<K>) => readonly Drawn[];
  /** The names of the lines, in the order of their styles. */
  readonly key?: (model: M, values: Values<K>) => readonly string[];
}

/** The part of a page that changes with the knobs. */
export interface Shown {
  readonly caption: string;
  readonly figures: readonly Drawn[];
  readonly key: readonly string[];
}

/** A lesson as pages use it. */
export interface Lesson {
  readonly number: number;
  readonly id: string;
  readonly title: string;
  readonly from: string;
  readonly question: string;
  readonly words: readonly string[];
  readonly claim: string;
  readonly knobs: Knobs;
  readonly digits: boolean;
  /** The knobs that change nothing while the others stand like this. */
  idle(values: Readonly<Record<string, number | string>>): readonly string[];
  show(values: Readonly<Record<string, number | string>>, digits: Digits): Shown;
}

/** Makes a lesson. `model` takes some of its values; the others are as the page opens. */
export function lesson<const K extends Knobs, M>(
  given: Given<K, M>,
): Lesson & { compute(values?: Partial<Values<K>>, digits?: Digits): M } {
  const initial = Object.fromEntries(Object.entries(given.knobs).map(([name, { value }]) => [name, value]));
  const all = (values: object): Values<K> => ({ ...initial, ...values }) as Values<K>; // each knob has its value
  return {
    ...given,
    digits: given.digits === true,
    idle: (values) => given.idle?.(all(values)) ?? [],
    compute: (values = {}, digits = none) => given.model(all(values), digits),
    show(values, digits) {
      const state = all(values);
      const model = given.model(state, digits);
      return {
        caption: given.caption(model, state),
        figures: given.figures(model, state),
        key: given.key?.(model, state) ?? [],
      };
    },
  };
}

const none: Digits = { side: 0, x: new Float32Array(0), labels: new Uint8Array(0), train: 0 };
