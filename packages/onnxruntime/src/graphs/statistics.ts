import { OptimizerError } from "@descent/core";
import type { Graph } from "@descent/onnx";
import { prune } from "@descent/onnx/graph";
import type { Source, TrainingGraph } from "./source.ts";

/** The forward pass of a training graph as far as its running statistics need it: no labels, no loss, no gradients. */
export function statisticsOnly({ graph, statistics }: TrainingGraph, labels: Source["labels"]): Graph {
  if (statistics.length === 0)
    throw new OptimizerError(
      'No BatchNormalization of the model trains by the batch, so `updateBatchNorm` has nothing to set. See `batchNorm: "batch"`.',
    );
  const kept = new Set(statistics.map(({ next }) => next));
  for (const name of [...graph.outputs.keys()]) if (!kept.has(name)) graph.outputs.delete(name);
  for (const { name } of labels) graph.inputs.delete(name);
  prune(graph);
  return graph;
}
