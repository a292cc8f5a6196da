import { OptimizerError } from "@descent/core";
import { isCallback, isRecord, knownOptions, refuseRepeated, takes, whole } from "@descent/core/adapter";
import type { Callback, Logs, Told } from "../callbacks/callback.ts";
import { checkRun } from "../callbacks/check.ts";
import { samplesOf } from "../data/batches.ts";
import type { LayerOutput, Weights } from "../model.ts";
import { Diagnosis, type Numbers } from "./diagnosis.ts";
import type { Finding } from "./finding.ts";
import { kernelsOf, layerOf } from "./norms.ts";
import type { SampleRows } from "./samples.ts";

/** Options of `diagnose`. */
export interface DiagnoseOptions {
  /** After the first ten updates and the 25th, every how many to look at weights and gradients, two in a row; default 50. */
  readonly every?: number | undefined;
  /** Takes each finding once, as soon as it shows; by default `console.warn` prints its text. */
  readonly onFinding?: ((finding: Finding) => void) | undefined;
  /** Takes the numbers of every update that was looked at. */
  readonly onNumbers?: ((numbers: Numbers) => void) | undefined;
  /** The part of a batch that holds the inputs, by name; by default what is not the labels and has numbers with a fraction. */
  readonly inputs?: string | undefined;
  /** The part of a batch that holds the labels, by name; by default `labels`, `y` or `targets`. */
  readonly labels?: string | undefined;
  /** Outputs of the model that are activations of layers, by name; the model may hand over more as `activations`. */
  readonly activations?: readonly string[] | undefined;
  /** Parameters that are meant to stay as they are. */
  readonly frozen?: readonly string[] | undefined;
}

/** A callback that says what is wrong with a training. */
export interface DiagnoseCallback extends Callback {
  readonly findings: readonly Finding[];
  /** Of the last update that was looked at. */
  readonly numbers: Numbers | undefined;
  /** The same for logs: `gradient`, `update`, `ratio`, `noiseScale`, and each layer's under its name. */
  readonly logs: Logs;
}

/** Updates at the beginning that are all looked at: most mistakes show there. */
const FIRST = 10;
/** One more, which tells a missing warm-up from a rate that is too high: by then the updates are smaller, or they are not. */
const SETTLING = 25;

/**
 * Names what is wrong with a training while it runs: vanishing gradients, a rate that is too high, dead units, sorted data, labels that
 * do not belong to their inputs, and more, each with its numbers and an advice. The loss is read in every update, weights and gradients
 * in some. A model that hands over no gradients is judged by its loss and its data alone.
 *
 * Throws an OptimizerError for wrong options.
 */
export function diagnose(options: DiagnoseOptions = {}): DiagnoseCallback {
  const where = "diagnose";
  const known = knownOptions(where, options, [
    "every",
    "onFinding",
    "onNumbers",
    "inputs",
    "labels",
    "activations",
    "frozen",
  ]);
  const {
    every = 50,
    onFinding = ({ text }) => console.warn(sentence(text)),
    onNumbers,
    frozen = [],
    activations = [],
  } = known;
  whole(where, { every });
  if (every < 1) throw new OptimizerError(`\`${where}\`: \`every\` must be 1 or above; got 0.`);
  takes(where, "a function `onFinding` of a finding", onFinding, isCallback(onFinding));
  if (onNumbers !== undefined) takes(where, "a function `onNumbers` of numbers", onNumbers, isCallback(onNumbers));
  for (const [option, names] of Object.entries({ frozen, activations })) {
    takes(where, "names in a list", names, Array.isArray(names) && names.every((name) => typeof name === "string"));
    refuseRepeated(`\`${where}\`: \`${option}\``, names);
  }
  for (const name of [known.inputs, known.labels])
    if (name !== undefined) takes(where, "the name of a part of the batch", name, typeof name === "string");
  let diagnosis = new Diagnosis(frozen);
  let before: { readonly step: number; readonly weights: Weights } | undefined;
  /** The model hands over no gradients, so that its weights say nothing. */
  let blind = false;
  const looks = (step: number): boolean => step <= FIRST || step === SETTLING || step % every <= 1;
  const told = ({ last }: { readonly last: Told | undefined }) => dataOf(last, known.inputs, known.labels);
  return {
    name: where,
    reads: looks,
    get findings() {
      return diagnosis.findings;
    },
    get numbers() {
      return diagnosis.numbers;
    },
    get logs() {
      return logsOf(diagnosis.numbers);
    },
    async onTrainBegin(_, run) {
      checkRun("diagnose", run);
      before = undefined;
      blind = false;
      if (run.hasWeights && looks(run.step + 1)) before = { step: run.step, weights: await run.weights() };
    },
    async onBatchEnd(_, logs, run) {
      const { step, last } = run;
      const now = looks(step);
      const gradients = now ? present(last?.gradients) : undefined;
      if (now) blind = gradients === undefined;
      const next = looks(step + 1) && !blind;
      const weights = run.hasWeights && (next || gradients !== undefined) ? await run.weights() : undefined;
      const then = before?.step === step - 1 ? before.weights : undefined;
      before = next && weights !== undefined ? { step, weights } : undefined;
      const was = diagnosis.numbers;
      const found = diagnosis.observe({
        step,
        loss: logs.loss!, // every loop tells it
        ...(now ? { ...told(run), activations: activationsOf(last, activations) } : {}),
        gradients,
        before: then,
        after: weights,
      });
      if (diagnosis.numbers !== undefined && diagnosis.numbers !== was) onNumbers?.(diagnosis.numbers);
      for (const finding of found) onFinding(finding);
    },
    state: () => diagnosis.findings.map((one) => ({ ...one })),
    load(findings: readonly Finding[]) {
      diagnosis = new Diagnosis(frozen);
      diagnosis.resume(findings);
    },
  };
}

/** A text that begins with a capital and ends with a full stop. */
export const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}${text.endsWith(".") ? "" : "."}`; // biome-ignore format: one step

function logsOf(numbers: Numbers | undefined): Logs {
  if (numbers === undefined) return {};
  const { gradientNorm, updateNorm, parameterNorm, updateRatio, descent, successive, noiseScale, parameters } = numbers;
  const layers = kernelsOf(parameters).flatMap(({ name, gradient, ratio }): [string, number][] => [
    [`gradient/${layerOf(name)}`, gradient!], // kernels have one
    [`ratio/${layerOf(name)}`, ratio],
  ]);
  return {
    gradient: gradientNorm,
    update: updateNorm,
    parameter: parameterNorm,
    ratio: updateRatio,
    descent,
    ...(successive === undefined ? {} : { successive }),
    ...(noiseScale === undefined ? {} : { noiseScale }),
    ...Object.fromEntries(layers),
  };
}

/** The gradients that are there. */
const present = (gradients: Told["gradients"]): Weights | undefined =>
  gradients &&
  Object.fromEntries(Object.entries(gradients).flatMap(([name, g]) => (g === undefined ? [] : [[name, g] as const])));

const LABELS = ["labels", "y", "targets"];

/** Inputs and labels of a batch, where they can be seen. */
function dataOf(
  last: Told | undefined,
  inputs: string | undefined,
  labels: string | undefined,
): { readonly inputs?: SampleRows; readonly labels?: SampleRows } {
  if (last === undefined || !isRecord(last.batch)) return {};
  const parts = last.batch;
  const samples = samplesOf(parts);
  const rows = (name: string | undefined): SampleRows | undefined => {
    const data = name !== undefined && Object.hasOwn(parts, name) ? dataIn(parts[name]) : undefined;
    return data && data.length % samples === 0 ? { data, samples } : undefined;
  };
  for (const name of [inputs, labels])
    if (name !== undefined && !Object.hasOwn(parts, name))
      throw new OptimizerError(
        `\`diagnose\`: a batch has no part \`${name}\`; it has ${Object.keys(parts).join(", ")}.`,
      );
  const target = labels ?? LABELS.find((name) => Object.hasOwn(parts, name));
  const own = (name: string): boolean => {
    const data = dataIn(parts[name]);
    return name !== target && (data instanceof Float32Array || data instanceof Float64Array);
  };
  const [x, y] = [rows(inputs ?? Object.keys(parts).find(own)), rows(target)];
  return { ...(x ? { inputs: x } : {}), ...(y ? { labels: y } : {}) };
}

function dataIn(x: unknown): ArrayLike<number | bigint> | undefined {
  const data: unknown = isRecord(x) && "data" in x ? x.data : x;
  return ArrayBuffer.isView(data) && "length" in data ? (data as unknown as ArrayLike<number>) : undefined;
}

function activationsOf(last: Told | undefined, names: readonly string[]): Readonly<Record<string, LayerOutput>> {
  const found: Record<string, LayerOutput> = { ...last?.activations };
  for (const name of names) {
    const output = last?.outputs?.[name];
    if (output === undefined)
      throw new OptimizerError(`\`diagnose\`: the model has no output \`${name}\` to take as activations.`);
    const { data, dims, shape = dims } = output as { data?: unknown; dims?: unknown; shape?: unknown };
    if (!(data instanceof Float32Array) || !Array.isArray(shape))
      throw new OptimizerError(`\`diagnose\`: the output \`${name}\` must be { data, dims } in single precision.`);
    found[name] = { data, shape };
  }
  return found;
}
