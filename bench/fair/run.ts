import { crossEntropy, Trainer } from "@descent/onnxruntime";
import type { Contender } from "./contenders.ts";
import type { Batch, Task } from "./tasks.ts";

/** One training run and where it ended. */
export interface Run {
  readonly task: Task["name"];
  readonly rule: string;
  readonly rate: number;
  readonly seed: number;
  readonly steps: number;
  /** One of several rates that are tried, or the best of them on data and with weights not seen before. */
  readonly part: "sweep" | "final";
  /** The mean loss of the validation data in a sweep and of the test data at the end; null where one was not finite. */
  readonly loss: number | null;
  /** The share of labels that got the largest output. */
  readonly accuracy: number;
  readonly seconds: number;
}

async function measured(trainer: Trainer, batches: readonly Batch[]): Promise<{ loss: number; accuracy: number }> {
  let [loss, right, count] = [0, 0, 0];
  for (const batch of batches) {
    const found = await trainer.evalStep({ ...batch });
    loss += found.loss / batches.length;
    const logits = found.outputs.logits!.data as Float32Array; // the model's output
    const classes = logits.length / batch.labels.data.length;
    batch.labels.data.forEach((label, i) => {
      const row = logits.subarray(i * classes, (i + 1) * classes);
      count++;
      if (row.indexOf(Math.max(...row)) === Number(label)) right++;
    });
  }
  return { loss, accuracy: right / count };
}

/** Trains one rule at one rate from one seed, on one thread. */
export async function train(
  task: Task,
  contender: Contender,
  { part, rate, seed }: Pick<Run, "part" | "rate" | "seed">,
): Promise<Run> {
  const began = performance.now();
  const trainer = await Trainer.create(task.model(seed), {
    optimizer: contender.configured(rate, task.steps),
    loss: crossEntropy(),
    nonFinite: "skip",
    sessionOptions: { intraOpNumThreads: 1 },
  });
  try {
    let finite = true;
    for (let step = 0; step < task.steps && finite; step++)
      finite = (await trainer.trainStep({ ...task.batch(seed, step) })).updated;
    const data = part === "sweep" ? task.validation : task.test;
    const { loss, accuracy } = finite ? await measured(trainer, data) : { loss: Number.NaN, accuracy: 0 };
    return {
      task: task.name,
      rule: contender.name,
      part,
      rate,
      seed,
      steps: task.steps,
      loss: Number.isFinite(loss) ? loss : null,
      accuracy,
      seconds: (performance.now() - began) / 1000,
    };
  } finally {
    await trainer.dispose();
  }
}
