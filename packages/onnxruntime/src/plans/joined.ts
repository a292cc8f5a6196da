import type { Job } from "@descent/core/adapter";
import type { Graph } from "@descent/onnx";
import type { Held } from "./held.ts";
import { lower } from "./lower.ts";

// Names that the update adds to a graph, which no model has.
export const COUNT = "descent.count";
export const scalarName = (set: number, i: number): string => `descent.host.${set}.${i}`;
export const slotName = (slot: string, parameter: string): string => `descent.slot.${slot}/${parameter}`;
/** The new value of `p` or of a slot. */
export const outputName = (name: string, parameter: string): string => `descent.next.${name}/${parameter}`;

/** The tensors of a job besides its parameter. */
export const slotsOf = (tensors: Job<Held>["tensors"]): [string, Held][] =>
  Object.entries(tensors).filter(([name]) => name !== "p");

/** Jobs whose host values are one array share their inputs in the graph. */
export interface Scalars {
  readonly values: readonly (readonly number[])[];
  /** By job, which of `values`. */
  readonly of: readonly number[];
}

/** Which jobs share their host values. */
export function sharing(jobs: readonly Job<Held>[]): Scalars {
  const values = [...new Set(jobs.map((j) => j.scalars))];
  return { values, of: jobs.map((j) => values.indexOf(j.scalars)) };
}

/** Appends the update of the jobs, and returns the names of its outputs. */
export function join(
  graph: Graph,
  jobs: readonly Job<Held>[],
  { values, of }: Scalars,
  gradient: (parameter: string) => string,
): string[] {
  values.forEach((all, k) => {
    all.forEach((_, i) => {
      graph.input(scalarName(k, i), { elem: "float32", shape: [] });
    });
  });
  const lowered = lower(
    graph,
    jobs.map(({ program, parameter, tensors, scalars }, j) => {
      const slots = slotsOf(tensors).map(([slot, { shape }]) => {
        graph.input(slotName(slot, parameter.name), { elem: "float32", shape });
        return [slot, slotName(slot, parameter.name)] as const;
      });
      return {
        program,
        parameter,
        tensors: { p: parameter.name, g: gradient(parameter.name), ...Object.fromEntries(slots) },
        scalars: scalars.map((_, i) => scalarName(of[j]!, i)),
      };
    }),
  );
  return lowered.flatMap((outputs, j) =>
    Object.entries(outputs).map(([name, value]) => {
      const output = outputName(name, jobs[j]!.parameter.name);
      graph.op("Identity", [value], {}, [output]);
      return graph.output(output);
    }),
  );
}
