import { OptimizerError } from "@descent/core";
import { isCallback, isRecord, list, shown, suggestion, takes } from "@descent/core/adapter";
import type { Callback, Run } from "./callback.ts";

/** Throws where a loop that does not hand over its run calls a callback of this package, as TensorFlow.js's own does. */
export function checkRun(where: string, run: Run | undefined): void {
  if (typeof run !== "object")
    throw new OptimizerError(
      `\`${where}\` was called without a run. In TensorFlow.js give model.fit() callbacks: forLayersModel(tf, model, [${where}(…)]).`,
    );
}

/** The functions of a callback that a run calls. */
export const hooks = ["onTrainBegin", "onEpochBegin", "onBatchEnd", "onEpochEnd", "onTrainEnd"] as const;

/** Throws unless these are callbacks whose names differ and whose functions `on…` are all called. */
export function checkCallbacks(where: string, callbacks: readonly Callback[]): void {
  takes(where, "a list of callbacks", callbacks, Array.isArray(callbacks));
  for (const one of callbacks) {
    const fits = isRecord(one) && typeof one.name === "string" && one.name !== "";
    takes(where, "callbacks: { name, onEpochEnd, … }", one, fits);
    for (const [name, hook] of Object.entries(one)) {
      if (!/^on/i.test(name)) continue;
      if (!hooks.some((known) => known === name))
        throw new OptimizerError(
          `\`${where}\` never calls \`${name}\` of the callback \`${one.name}\`; it calls ${list(hooks)}.${suggestion(name, hooks)}`,
        );
      if (hook !== undefined && !isCallback(hook))
        throw new OptimizerError(
          `\`${where}\`: \`${name}\` of the callback \`${one.name}\` must be a function; got ${shown(hook)}.`,
        );
    }
  }
  const names = callbacks.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined)
    throw new OptimizerError(
      `\`${where}\` has two callbacks named \`${twice}\`, and their states could not be told apart. Name one: { ...callback, name: "…" }.`,
    );
}
