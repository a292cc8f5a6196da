import type { Configured } from "@descent/core";
import {
  checkShape,
  finite,
  flag,
  knownOptions,
  mapLeaves,
  type Role,
  type RuleSpec,
  whole,
} from "@descent/core/adapter";
import { takesRecord } from "./takes.ts";
import type { Gradients, Inputs, Starts } from "./target.ts";

/** Start values and gradients of several steps: the input of a check. */
export interface Data {
  readonly starts: Starts;
  /** Gradients of each update: one per step, or one per phase of each step. */
  readonly steps: readonly Gradients[];
  /** The other inputs of each update, for rules that read more than gradients. */
  readonly inputs?: readonly Inputs[] | undefined;
  /** Updates per step: the phases of a round, or 1. */
  readonly phases?: number | undefined;
}

/** Gradients and inputs of the update number `k`, of these parameters only. */
export function given(
  { starts, steps, inputs }: Data,
  k: number,
  names: readonly string[] = Object.keys(starts),
): [Gradients, Inputs?] {
  const gradients = pick(steps[k]!, names);
  const others = inputs?.[k];
  if (!others) return [gradients];
  return [gradients, mapInputs(others, (arrays) => pick(arrays, names))];
}

/** The data of these parameters alone, and in their order. */
export function only(data: Data, names: readonly string[], updates: Iterable<number> = data.steps.keys()): Data {
  const all = [...updates].map((k) => given(data, k, names));
  return {
    ...data,
    starts: pick(data.starts, names),
    steps: all.map(([gradients]) => gradients),
    ...(data.inputs ? { inputs: all.map(([, inputs = {}]) => inputs) } : {}),
  };
}

/** Inputs with their arrays changed. */
export const mapInputs = (inputs: Inputs, change: (arrays: Gradients) => Gradients): Inputs =>
  Object.fromEntries(Object.entries(inputs).map(([name, x]) => [name, typeof x === "number" ? x : change(x)]));

/** A small linear congruential generator: the same numbers everywhere, uniform in [-1, 1). */
function uniform(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}

export interface Sample {
  readonly steps?: number | undefined;
  /** Size of the gradients. */
  readonly scale?: number | undefined;
  /** Elements per tensor: a kernel, a bias, a kernel, … */
  readonly sizes?: readonly number[] | undefined;
  /** Whether tensors whose size has a divisor are matrices: 21 elements are [3, 7]. By default all are vectors. */
  readonly matrices?: boolean | undefined;
  /** The inputs that the rule reads besides gradients. */
  readonly inputs?: Readonly<Record<string, "tensor" | "model">> | undefined;
  /** Updates per step: the phases of a round. */
  readonly phases?: number | undefined;
}

/** A size as a shape. */
function shapeOf(n: number, matrices: boolean): readonly number[] {
  for (let rows = 2; matrices && rows * rows <= n; rows++) if (n % rows === 0) return [rows, n / rows];
  return [n];
}

/** The inputs besides gradients, and the phases of a round, that rules ask for. */
export function asksOf(...all: readonly Configured[]): Required<Pick<Sample, "inputs" | "phases">> {
  const rules = all.flatMap((one): RuleSpec[] => {
    const leaves: RuleSpec[] = [];
    mapLeaves(one, (leaf) => {
      leaves.push(leaf.rule);
      return leaf;
    });
    return leaves;
  });
  return {
    inputs: Object.assign({}, ...rules.map(({ inputs }) => inputs)),
    phases: Math.max(1, ...rules.map(({ phases = {} }) => Object.keys(phases).length + 1)),
  };
}

/** Two tensors of different roles, of sizes that leave the last SIMD register partly empty, and correlated gradients with a zero among them. */
export function sampleData(options: Sample = {}): Data {
  const known = knownOptions("sampleData", options, ["steps", "scale", "sizes", "matrices", "inputs", "phases"]);
  const { steps = 8, scale = 1, sizes = [21, 5], matrices = false, inputs = {}, phases = 1 } = known;
  flag("sampleData", { matrices });
  whole("sampleData", { steps, phases });
  takesRecord("sampleData", '`inputs`: "tensor" or "model" by name', inputs);
  finite("sampleData", { scale });
  checkShape("sampleData", sizes);
  const next = uniform(7);
  const roles: readonly Role[] = ["kernel", "bias"];
  const starts: Starts = Object.fromEntries(
    sizes.map((n, i) => [
      i === 0 ? "w" : i === 1 ? "b" : `x${i}`,
      { shape: shapeOf(n, matrices), role: roles[i % 2], data: Float32Array.from({ length: n }, () => next() / 2) },
    ]),
  );
  const last = new Map<string, number[]>();
  const length = steps * phases;
  /** Curvatures are positive most of the time, and losses always. */
  const sample = (place: "tensor" | "model"): Inputs[string] =>
    place === "model"
      ? scale * (1.5 + next())
      : Object.fromEntries(
          Object.entries(starts).map(([name, { data }]) => [
            name,
            Float32Array.from(data, () => scale * (0.6 + next())),
          ]),
        );
  return {
    starts,
    ...(phases > 1 ? { phases } : {}),
    steps: Array.from({ length }, () =>
      Object.fromEntries(
        Object.entries(starts).map(([name, { data }]) => {
          const g = Array.from(data, (_, k) => (k === 2 ? 0 : 0.6 * (last.get(name)?.[k] ?? 0) + 0.8 * next()));
          last.set(name, g);
          return [name, Float32Array.from(g, (x) => x * scale)];
        }),
      ),
    ),
    ...(Object.keys(inputs).length > 0
      ? {
          inputs: Array.from({ length }, () =>
            Object.fromEntries(Object.entries(inputs).map(([name, place]) => [name, sample(place)])),
          ),
        }
      : {}),
  };
}

export const pick = <V>(record: Readonly<Record<string, V>>, names: readonly string[]): Record<string, V> =>
  Object.fromEntries(names.filter((n) => n in record).map((n) => [n, record[n]!])); // filtered to those there
