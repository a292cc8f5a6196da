import { OptimizerError } from "@descent/core";
import { isRecord, shown } from "@descent/core/adapter";
import type { Dense } from "@descent/core/graph";
import type { Point, Vector } from "./ask.ts";
import { column, read, vector } from "./host.ts";
import type { Memory, Method } from "./method.ts";

/** A matrix or column as data. */
interface Saved {
  readonly rows: number;
  readonly cols: number;
  readonly data: readonly number[];
}

/** Where a run stands, as data that JSON keeps exactly: give it to `minimize` in place of a start to resume. */
export interface State {
  /** The method's id. */
  readonly method: string;
  /** Iterations done. */
  readonly iterations: number;
  /** Values and gradients computed. */
  readonly evaluations: number;
  /** The point. */
  readonly x: readonly number[];
  /** The objective there. */
  readonly value: number;
  /** Its gradient there. */
  readonly gradient: readonly number[];
  /** The method's memory, such as pairs of steps and gradient changes. */
  readonly memory: Readonly<Record<string, number | Saved | readonly (number | Saved)[]>>;
}

const saved = (handle: Vector): Saved => {
  const { rows, cols, data } = read(handle);
  return { rows, cols, data: [...data] };
};

export function save(method: Method, at: Point, memory: Memory, iterations: number, evaluations: number): State {
  const one = (x: number | Vector): number | Saved => (typeof x === "number" ? x : saved(x));
  return {
    method: method.id,
    iterations,
    evaluations,
    x: [...read(at.x).data],
    value: at.value,
    gradient: [...read(at.gradient).data],
    memory: Object.fromEntries(
      Object.entries(memory).map(([name, x]) => [name, typeof x === "number" || "kind" in x ? one(x) : x.map(one)]),
    ),
  };
}

const isSaved = (x: unknown): x is Saved =>
  isRecord(x) &&
  typeof x.rows === "number" &&
  typeof x.cols === "number" &&
  Array.isArray(x.data) &&
  x.data.length === x.rows * x.cols;

/** The point and memory that `save` wrote. */
export function restore(state: State, method: Method): { readonly at: Point; readonly memory: Memory } {
  if (state.method !== method.id)
    throw new OptimizerError(
      `\`minimize\`: the state was saved by \`${state.method}\`, and the method is \`${method.id}\`. Continue with the method that saved it, or start from its \`x\`.`,
    );
  const wrong = (name: string, x: unknown): never => {
    throw new OptimizerError(
      `\`minimize\`: the state's \`${name}\` is ${shown(x)}, which no state holds. Was the file changed?`,
    );
  };
  const one = (name: string, x: unknown): number | Vector => {
    if (typeof x === "number") return x;
    return isSaved(x) ? vector(dense(x)) : wrong(name, x);
  };
  const { x, value, gradient } = state;
  if (!Array.isArray(gradient) || gradient.length !== x.length) wrong("gradient", gradient);
  if (typeof value !== "number") wrong("value", value);
  if (!isRecord(state.memory)) wrong("memory", state.memory);
  const memory = Object.entries(state.memory).map(([name, m]) => [
    name,
    Array.isArray(m) ? m.map((e: unknown) => one(name, e)) : one(name, m),
  ]);
  const at = {
    x: column(Float64Array.from(x)),
    value,
    gradient: column(Float64Array.from(gradient)),
    gradientNorm: gradient.reduce((most, g) => Math.max(most, Math.abs(g)), 0),
  };
  return { at, memory: Object.fromEntries(memory) as Memory }; // as this method saved it
}

const dense = ({ rows, cols, data }: Saved): Dense => ({ rows, cols, data: Float64Array.from(data) });

export const isState = (start: unknown): start is State =>
  isRecord(start) && typeof start.method === "string" && Array.isArray(start.x);
