import type { Training } from "./source.ts";

/** The input for the gradients that wait, and the output of their next sums, under names that no model has. */
export const sumName = (parameter: string): string => `descent.sum/${parameter}`;
export const nextSumName = (parameter: string): string => `descent.next.sum/${parameter}`;

/** Makes a training graph give sums of gradients instead of gradients. Returns the names of its outputs. */
export function addToSums({ graph, parameters }: Training): string[] {
  for (const { name, grad, shape } of parameters) {
    graph.input(sumName(name), { elem: "float32", shape });
    graph.op("Add", [sumName(name), grad], {}, [nextSumName(name)]);
    graph.outputs.delete(grad);
    graph.output(nextSumName(name));
  }
  return parameters.map((p) => nextSumName(p.name));
}
