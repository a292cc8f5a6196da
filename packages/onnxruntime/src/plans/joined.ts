import type { Job } from "@descent/core/adapter";
import { type Program, topological } from "@descent/core/graph";
import type { Graph } from "@descent/onnx";
import type { Held } from "./held.ts";
import { lower } from "./lower.ts";

// Names that the update adds to a graph, which no model has.
export const COUNT = "descent.count";
export const scalarName = (set: number, i: number): string => `descent.host.${set}.${i}`;
export const slotName = (slot: string, parameter: string): string => `descent.slot.${slot}/${parameter}`;
/** The new value of `p` or of a slot. */
export const outputName = (name: string, parameter: string): string => `descent.next.${name}/${parameter}`;

/** The tensors of a job besides its parameter that its program reads. */
export const slotsOf = (program: Program, tensors: Job<Held>["tensors"]): [string, Held][] => {
  const read = readBy(program);
  return Object.entries(tensors).filter(([name]) => name !== "p" && read.has(name));
};

const reads = new WeakMap<Program, ReadonlySet<string>>();
function readBy(program: Program): ReadonlySet<string> {
  let known = reads.get(program);
  if (!known) {
    const all = topological(Object.values(program.outputs)).flatMap((e) => (e.op === "var" ? [e.value] : []));
    reads.set(program, (known = new Set(all)));
  }
  return known;
}

const programs = new WeakMap<Program, number>();
let count = 0;
/** Text that is equal for jobs that compile to the same nodes: guarded equations make several programs of one rule. */
export const keyOf = (jobs: readonly Job<unknown>[]): string =>
  JSON.stringify(
    jobs.map(({ parameter, program }) => {
      if (!programs.has(program)) programs.set(program, count++);
      return [parameter.name, programs.get(program)];
    }),
  );

/** Jobs whose host values are one array share their inputs in the graph. */
export interface Scalars {
  readonly values: readonly (readonly number[])[];
  /** By job, which of `values`. */
  readonly of: readonly number[];
}

/** Which jobs share their host values. */
export function sharing(jobs: readonly Job<unknown>[]): Scalars {
  const values = [...new Set(jobs.map((j) => j.scalars))];
  return { values, of: jobs.map((j) => values.indexOf(j.scalars)) };
}

/** Appends the update of the jobs, and returns the names of its outputs. Without gradients, what reads none. */
export function join(
  graph: Graph,
  jobs: readonly Job<Held, unknown>[],
  { values, of }: Scalars,
  gradient?: (parameter: string) => string,
): string[] {
  values.forEach((all, k) => {
    all.forEach((_, i) => {
      graph.input(scalarName(k, i), { elem: "float32", shape: [] });
    });
  });
  const before = graph.nodes.length;
  const lowered = lower(
    graph,
    jobs.map(({ program, parameter, tensors, scalars }, j) => {
      const drawn = program.draws.map(({ name }) => [name, parameter] as const);
      const given = [...slotsOf(program, tensors), ...drawn].map(([name, { shape }]) => {
        graph.input(slotName(name, parameter.name), { elem: "float32", shape });
        return [name, slotName(name, parameter.name)] as const;
      });
      return {
        program,
        parameter,
        tensors: {
          p: parameter.name,
          ...(gradient ? { g: gradient(parameter.name) } : {}),
          ...Object.fromEntries(given),
        },
        scalars: scalars.map((_, i) => scalarName(of[j]!, i)),
      };
    }),
  );
  const named = new Map<string, string>();
  const made = new Set(graph.nodes.slice(before).flatMap(({ outputs }) => outputs));
  const outputs = lowered.flatMap((values, j) =>
    Object.entries(values).map(([name, value]) => {
      const output = outputName(name, jobs[j]!.parameter.name);
      if (made.has(value) && !named.has(value)) named.set(value, output);
      else graph.op("Identity", [value], {}, [output]);
      return output;
    }),
  );
  rename(graph, named, before);
  for (const output of outputs) graph.output(output);
  return outputs;
}

/** Gives values of the nodes from one on other names. Named by an Identity, ONNX Runtime copied those that other nodes read too. */
function rename(graph: Graph, names: ReadonlyMap<string, string>, from: number): void {
  const renamed = (all: readonly string[]): string[] => all.map((one) => names.get(one) ?? one);
  for (const node of graph.nodes.splice(from))
    graph.add({ ...node, inputs: renamed(node.inputs), outputs: renamed(node.outputs) });
}
