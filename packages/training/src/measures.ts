import { OptimizerError } from "@descent/core";
import { among, isCallback, isRecord, list, shown, suggestion, takes } from "@descent/core/adapter";
import type { Logs } from "./callbacks/callback.ts";
import type { Metric } from "./metrics/metric.ts";

type Numbers = ArrayLike<number>;

/** A metric with where its numbers are. */
export interface Located<B> {
  readonly metric: Metric;
  /** The output that holds the scores, by name, or a function; by default the only one. */
  readonly scores?: string | ((outputs: Readonly<Record<string, unknown>>) => Numbers) | undefined;
  /** The part of a batch that holds the targets, by name, or a function; by default `labels`, `y` or `targets`. */
  readonly targets?: string | ((batch: B) => ArrayLike<number | bigint>) | undefined;
}

/** A metric, or one with where its numbers are. */
export type Measured<B> = Metric | Located<B>;

const isMetric = (x: unknown): x is Metric => typeof x === "object" && x !== null && "add" in x && isCallback(x.add);

/** The counts of all metrics. */
export interface MeasuresState {
  /** Whether they were told outputs of training steps in this epoch. */
  readonly trained: boolean;
  readonly metrics: Readonly<Record<string, unknown>>;
}

/** The metrics of a run: those of the epoch under way, and those of the validation, which count apart. */
export class Measures<B> {
  readonly #all: readonly (Located<B> & { readonly name: string })[];
  /** The training's counts while the metrics serve the validation. */
  #kept: MeasuresState | undefined;
  #trained = false;

  constructor(metrics: Readonly<Record<string, Measured<B>>>) {
    takes("fit", "metrics by name: { accuracy: accuracy() }", metrics, isRecord(metrics));
    this.#all = Object.entries(metrics).map(([name, one]) => {
      const located: Located<B> = isMetric(one) ? { metric: one } : one;
      const fits = isRecord(located) && isMetric(located.metric);
      takes("fit", `a metric \`${name}\`, or { metric, scores, targets }`, one, fits);
      if (name === "loss" || name.startsWith("val_"))
        throw new OptimizerError(
          `\`fit\`: a metric cannot be named \`${name}\`, which the logs have already. Rename it.`,
        );
      return { ...located, name };
    });
    for (const { metric } of this.#all) metric.reset();
  }

  has(name: string): boolean {
    return this.#all.some((one) => one.name === name);
  }

  /** Takes the outputs of a training step. */
  train(outputs: Readonly<Record<string, unknown>>, batch: B): void {
    this.#add(outputs, batch);
    this.#trained = true;
  }

  /** Takes the outputs of a batch of the validation. */
  validate(outputs: Readonly<Record<string, unknown>> | undefined, batch: B): void {
    if (this.#all.length === 0) return;
    if (outputs === undefined)
      throw new OptimizerError("`fit`: metrics need the model's outputs: evalStep must return { loss, outputs }.");
    this.#add(outputs, batch);
  }

  #add(outputs: Readonly<Record<string, unknown>>, batch: B): void {
    for (const { name, metric, scores, targets } of this.#all)
      metric.add(scoresOf(name, outputs, scores), targetsOf(name, batch, targets));
  }

  /** Begins to count anew: the training's counts are kept until its values were read. */
  reset(which: "training" | "validation"): void {
    if (which === "validation") this.#kept = this.state();
    else this.#kept = undefined;
    if (which === "training") this.#trained = false;
    for (const { metric } of this.#all) metric.reset();
  }

  /** The numbers so far; of the training only where its steps told outputs. */
  values(which: "training" | "validation"): Logs {
    if (which === "training" && this.#kept) this.load(this.#kept);
    if (which === "training" && !this.#trained) return {};
    const prefix = which === "validation" ? "val_" : "";
    return Object.fromEntries(this.#all.map(({ name, metric }) => [prefix + name, metric.value()]));
  }

  state(): MeasuresState {
    return {
      trained: this.#trained,
      metrics: Object.fromEntries(this.#all.map(({ name, metric }) => [name, metric.state()])),
    };
  }

  load({ trained, metrics }: MeasuresState): void {
    const missing = this.#all.find(({ name }) => !Object.hasOwn(metrics, name));
    if (missing)
      throw new OptimizerError(
        `\`fit\`: the checkpoint has no metric \`${missing.name}\`; ${among(Object.keys(metrics))}. Resume with the metrics it was saved with.`,
      );
    for (const { name, metric } of this.#all) metric.load(metrics[name] as never); // its own
    this.#trained = trained;
  }
}

const numbersIn = (x: unknown): Numbers | undefined => {
  const data: unknown = isRecord(x) && "data" in x ? x.data : x;
  return ArrayBuffer.isView(data) || Array.isArray(data) ? (data as unknown as Numbers) : undefined;
};

function scoresOf<B>(name: string, outputs: Readonly<Record<string, unknown>>, by: Located<B>["scores"]): Numbers {
  if (isCallback(by)) return (by as (outputs: Readonly<Record<string, unknown>>) => Numbers)(outputs);
  const names = Object.keys(outputs);
  if (by === undefined && names.length !== 1)
    throw new OptimizerError(
      `\`fit\`: the metric \`${name}\` must know which output has its scores; ${among(names)}. Give { metric, scores: "logits" }.`,
    );
  const which = by ?? names[0]!; // the only one
  const found = Object.hasOwn(outputs, which as string) ? numbersIn(outputs[which as string]) : undefined;
  if (found) return found;
  throw new OptimizerError(
    `\`fit\`: the metric \`${name}\` reads the output \`${String(which)}\`; ${among(names)}.${suggestion(String(which), names)}`,
  );
}

function targetsOf<B>(name: string, batch: B, by: Located<B>["targets"]): ArrayLike<number | bigint> {
  if (isCallback(by)) return (by as (batch: B) => ArrayLike<number | bigint>)(batch);
  const parts: Readonly<Record<string, unknown>> = isRecord(batch) ? batch : {};
  const which = by === undefined ? ["labels", "y", "targets"].find((one) => Object.hasOwn(parts, one)) : String(by);
  const found = which !== undefined && Object.hasOwn(parts, which) ? numbersIn(parts[which]) : undefined;
  if (found) return found;
  const names = Object.keys(parts);
  throw new OptimizerError(
    `\`fit\`: the metric \`${name}\` must know where a batch has its targets; ${names.length > 0 ? `it has ${list(names)}` : `it is ${shown(batch)}`}. Give { metric, targets: "labels" }, or a function of the batch.`,
  );
}
