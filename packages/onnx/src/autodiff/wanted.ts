import { names, OnnxError } from "../errors.ts";
import type { Graph } from "../graph/graph.ts";
import { isFloat } from "../proto/elem.ts";
import { type Trainable, trainables } from "../weights/survey.ts";

/** Which weights are trained: their names, a pattern, or a choice. */
export type Wanted = readonly string[] | RegExp | ((parameter: Trainable) => boolean);

/** The weights that `wrt` means. */
export function choose(graph: Graph, wanted: Wanted | undefined, forInputs: boolean): Trainable[] {
  const all = trainables(graph);
  let chosen: Trainable[];
  if (wanted === undefined) chosen = forInputs ? [] : all;
  else if (Array.isArray(wanted)) {
    chosen = (wanted as readonly string[]).map((name) => {
      const known = all.find((p) => p.name === name);
      if (known !== undefined) return known;
      const initial = graph.initializers.get(name);
      const what = graph.inputs.has(name)
        ? "is an input of the model. Ask for its gradient with `inputs`."
        : initial === undefined
          ? `is not in the model. Its weights are ${names(all.map((p) => p.name))}.`
          : "";
      if (initial === undefined) throw new OnnxError(`\`wrt\` names \`${name}\`, which ${what}`);
      if (!isFloat(initial.elem)) {
        throw new OnnxError(
          `\`${name}\` is ${initial.elem} and cannot be trained: only floating tensors have gradients.`,
        );
      }
      return { name, shape: initial.dims, elem: initial.elem, initial };
    });
  } else if (wanted instanceof RegExp) {
    const { source, flags } = wanted;
    // A pattern with the flag g would remember where it stopped.
    const pattern = new RegExp(source, flags.replace(/[gy]/g, ""));
    chosen = all.filter((p) => pattern.test(p.name));
  } else chosen = all.filter(wanted as (parameter: Trainable) => boolean);
  if (chosen.length === 0 && !forInputs) {
    throw new OnnxError(
      all.length === 0
        ? "The model has no floating weights, so there is nothing to train."
        : `\`wrt\` chooses none of the model's weights, which are ${names(all.map((p) => p.name))}.`,
    );
  }
  return chosen;
}
