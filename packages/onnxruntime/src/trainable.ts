import { OptimizerError, type Parameter } from "@descent/core";
import { assign, list, shown, suggestion } from "@descent/core/adapter";
import type { Mending } from "./engine/engine.ts";
import { isTrainable } from "./graphs/masters.ts";
import type { Candidates } from "./graphs/model.ts";
import type { TrainerOptions } from "./options.ts";

/** Which tensors are one weight and which are several; a list in `trainable` may name Constant nodes, whose values become weights. */
export function mendingOf({ tie, untie, trainable }: Pick<TrainerOptions, "tie" | "untie" | "trainable">): Mending {
  return { tie, untie, lift: Array.isArray(trainable) ? (trainable as readonly string[]) : undefined };
}

/** The names of the weights to train: those chosen, without those the optimizer freezes. */
export function trainedOf(
  { weights: every, quantized }: Candidates,
  { trainable, optimizer }: Pick<TrainerOptions, "trainable" | "optimizer">,
): string[] {
  const all = every.filter((p) => p.trained);
  // A list may name what is not trained by default.
  const offered = Array.isArray(trainable) ? every : all;
  const names = offered.map((p) => p.name);
  if (quantized.length > 0 && (trainable === undefined || (all.length === 0 && !Array.isArray(trainable))))
    throw new OptimizerError(
      `${list(quantized)} ${are(quantized)} quantized, and integers cannot be trained. Train the model it was quantized from${all.length > 0 ? ", or name the other weights in `trainable`" : ""}.`,
    );
  if (offered.length === 0)
    throw new OptimizerError(
      `The model has no floating-point weights, so there is nothing to train. Was it exported with its parameters?${why(every)}`,
    );
  const chosen = offered.filter(chooser(trainable, names));
  const groups = assign(optimizer, chosen);
  const trained = chosen.filter((_, i) => groups[i]!.leaf !== undefined); // one group each
  if (trained.length === 0)
    throw new OptimizerError(
      chosen.length === 0
        ? `\`trainable\` chooses none of ${list(names)}.`
        : `The optimizer freezes all of ${list(chosen.map((p) => p.name))}, so there is nothing to train.`,
    );
  const wrong = trained.filter((p) => !isTrainable(p.elem));
  if (wrong.length > 0)
    throw new OptimizerError(
      `${list(wrong.map((p) => p.name))} ${are(wrong)} ${wrong[0]!.elem}, and weights are trained in float32, from float32, float16 or bfloat16. Convert the model, or leave such weights out of \`trainable\`.`,
    );
  return trained.map((p) => p.name);
}

/** Why the first tensors of a model without weights are not trained. */
const why = (every: Candidates["weights"]): string =>
  every.length === 0
    ? ""
    : ` ${every
        .slice(0, 3)
        .map(({ name, because }) => `\`${name}\` is not trained: ${because}.`)
        .join(" ")} Name those to train in \`trainable\`.`;

const are = ({ length }: readonly unknown[]): string => (length > 1 ? "are" : "is");

function chooser(trainable: TrainerOptions["trainable"], names: readonly string[]): (parameter: Parameter) => boolean {
  if (trainable === undefined) return () => true;
  if (trainable instanceof RegExp) {
    const pattern = new RegExp(trainable.source, trainable.flags.replace(/[gy]/g, "")); // without a memory between calls
    return ({ name }) => pattern.test(name);
  }
  if (typeof trainable === "function") {
    return (parameter) => {
      let answer: unknown;
      try {
        answer = trainable(parameter);
      } catch (cause) {
        throw new OptimizerError(
          `The function \`trainable\` threw for \`${parameter.name}\`: ${(cause as Error).message}`,
          { cause },
        );
      }
      if (typeof answer === "boolean") return answer;
      throw new OptimizerError(
        `\`trainable\` must answer true or false; for \`${parameter.name}\` it answered ${shown(answer)}.`,
      );
    };
  }
  for (const name of trainable)
    if (!names.includes(name))
      throw new OptimizerError(
        `\`trainable\` names \`${name}\`, which is not a floating-point weight of the model; those are ${list(names)}.${suggestion(name, names)}`,
      );
  return ({ name }) => trainable.includes(name);
}
