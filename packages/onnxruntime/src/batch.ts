import { OptimizerError } from "@descent/core";
import { isRecord } from "@descent/core/adapter";
import type { Started } from "./engine/engine.ts";
import { type Batch, check, type Fed } from "./runtime/feeds.ts";

/** A batch as a session takes it. Throws an OptimizerError where it does not fit the model, or a label is not a class. */
export function fedBatch(
  batch: Batch,
  { inputs, labels }: Pick<Started, "inputs" | "labels">,
  { labels: wanted }: { readonly labels: boolean } = { labels: true },
): Fed[] {
  const names = new Set(labels.map(({ name }) => name));
  const fed = check(batch, wanted ? inputs : new Map([...inputs].filter(([name]) => !names.has(name))));
  for (const { name, data } of fed) {
    const label = labels.find((l) => l.name === name);
    if (label?.classes !== undefined)
      checkLabels(name, data as ArrayLike<number | bigint>, label.classes, label.ignoreIndex); // numbers of any kind
    if (label?.probabilities) checkProbabilities(name, data as ArrayLike<number | bigint>); // the same
  }
  return fed;
}

/** A batch without its labels, where it has any. */
export function withoutLabels(batch: Batch, { labels }: Pick<Started, "labels">): Batch {
  if (!isRecord(batch)) return batch; // which is refused where it is fed
  const names = new Set(labels.map(({ name }) => name));
  return Object.fromEntries(Object.entries(batch).filter(([name]) => !names.has(name)));
}

function checkProbabilities(name: string, data: ArrayLike<number | bigint>): void {
  for (let i = 0; i < data.length; i++) {
    const x = Number(data[i]);
    if (x < 0 || x > 1)
      throw new OptimizerError(`\`${name}\` holds ${x} at place ${i}. The loss takes probabilities, from 0 to 1.`);
  }
}

function checkLabels(
  name: string,
  data: ArrayLike<number | bigint>,
  classes: number,
  ignoreIndex: number | undefined,
): void {
  for (let i = 0; i < data.length; i++) {
    const label = Number(data[i]);
    if (label === ignoreIndex) continue;
    if (!(label >= 0 && label < classes && Number.isInteger(label)))
      throw new OptimizerError(
        `\`${name}\` holds ${label} at place ${i}. Labels are whole numbers from 0 to ${classes - 1}.`,
      );
  }
}
