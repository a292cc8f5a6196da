import { readFile } from "node:fs/promises";
import { adamw } from "@descent/adam";
import { decodeSafetensors } from "@descent/core/adapter";
import { type Batch, crossEntropy, meanSquared, type Report, Trainer } from "@descent/onnxruntime";
import { type Mapping, map } from "./map.ts";

/** Facts that PyTorch's side wrote beside the tensors. */
interface About {
  readonly torch: string;
  /** "own": the model computes it. */
  readonly loss: "mse" | "cross-entropy" | "own";
  /** Before each of ten steps, and after the last. */
  readonly losses: readonly number[];
  /** How far other roundings take each of these losses. */
  readonly spread?: readonly number[];
  readonly inputs: readonly string[];
  readonly buffers: readonly string[];
  /** Other names of parameters, with the first. */
  readonly tied: Readonly<Record<string, string>>;
  /** A thing of Python that the older exporter does not write: "detach()". */
  readonly hides?: string;
  readonly adamw: { readonly lr: number; readonly eps: number; readonly weightDecay: number };
}

type Tensors = ReadonlyMap<string, Float32Array>;

export interface Reference extends About {
  /** The dimensions of the labels. */
  readonly labelled: number;
  readonly batch: Batch;
  readonly start: Tensors;
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  readonly gradients: Tensors;
  /** The parameters after ten steps. */
  readonly end: Tensors;
  /** How far PyTorch's own gradient lies from its float64 one, or for images from that of another layout: one number for each parameter. */
  readonly noise: Tensors;
  /** How far other roundings take the parameters in ten steps: one number each. */
  readonly drift: Tensors;
}

export type Verdict = "exact" | "explained" | "differs" | "no parameter" | "refused";

export interface Outcome {
  readonly verdict: Verdict;
  readonly detail: string;
  /** How many tensors are trained, and how many of them hold no parameter's numbers. */
  readonly trained: number;
  readonly foreign: number;
}

/** Of the loss, or of 1 where that is larger. */
const LOSS = 1e-4;
/** Of the largest of a parameter's gradient. */
const GRADIENT = 1e-4;
/** Of the largest move of a parameter's numbers in ten steps: a rounding of the gradient is a larger one of Adam's step. */
const MOVE = 1e-3;
/** Numbers that are zero but for rounding may differ by this times the distance of PyTorch's float32 from other roundings. */
const ROUNDING = 4;

/** A batch, and PyTorch's results. */
export async function reference(path: string): Promise<Reference> {
  const { tensors, metadata } = decodeSafetensors(await readFile(path));
  const about = JSON.parse(metadata?.about ?? "{}") as About; // of a file that corpus.py wrote
  const batch: Record<string, { data: Float32Array | BigInt64Array; dims: readonly number[] }> = {};
  const shapes = new Map<string, readonly number[]>();
  const parts = ["start", "grad", "end", "noise", "drift"] as const;
  const found = Object.fromEntries(parts.map((part) => [part, new Map<string, Float32Array>()]));
  for (const [name, { data, shape }] of Object.entries(tensors)) {
    const [part = "", ...rest] = name.split(".");
    if (part === "start") shapes.set(rest.join("."), shape);
    if (part === "input") batch[rest.join(".")] = { data: data as Float32Array | BigInt64Array, dims: shape };
    else if (name === "labels" && about.loss !== "own")
      batch.labels = { data: data as Float32Array | BigInt64Array, dims: shape };
    else found[part]?.set(rest.join("."), data as Float32Array); // float32 parameters
  }
  return {
    ...about,
    labelled: tensors.labels?.shape.length ?? 0,
    batch: batch as Batch,
    start: found.start!,
    shapes,
    gradients: found.grad!,
    end: found.end!,
    noise: found.noise!,
    drift: found.drift!,
  };
}

/** A gradient that is not PyTorch's. */
interface Slope {
  readonly name: string;
  readonly text: string;
  /** Whether the file has not all of the parameter. */
  readonly missing: boolean;
}

const largest = (x: ArrayLike<number>): number => Array.from(x).reduce((m, v) => Math.max(m, Math.abs(v)), 0);

/** Trains one file with default options. */
export async function follow(path: string, wanted: Reference): Promise<Outcome> {
  const { lr, eps, weightDecay } = wanted.adamw;
  // A label for every pixel: the classes of an image lie in dimension 1.
  const image = wanted.labelled === 3 && wanted.loss === "cross-entropy";
  const optimizer = adamw({ lr, eps, weightDecay, decays: () => true });
  let trainer: Trainer | undefined;
  try {
    trainer = await Trainer.create(path, {
      optimizer,
      ...(wanted.loss === "own"
        ? {}
        : { loss: wanted.loss === "mse" ? meanSquared() : crossEntropy(image ? { axis: 1 } : {}) }),
      sessionOptions: { intraOpNumThreads: 1, interOpNumThreads: 1 },
    });
    return await compared(trainer, wanted);
  } catch (error) {
    return { verdict: "refused", detail: (error as Error).message, trained: 0, foreign: 0 };
  } finally {
    await trainer?.dispose();
  }
}

async function compared(trainer: Trainer, wanted: Reference): Promise<Outcome> {
  const { notes, weights: all } = trainer.report;
  const reported = new Map(all.map((w) => [w.name, w]));
  const weights = await trainer.weights();
  // A kernel that others were folded into, or that was computed, holds no parameter's numbers, and the report says so.
  const stored = trainer.parameters.filter(({ name }) => !/computed|folded/.test(reported.get(name)?.because ?? ""));
  const mapping = map(
    stored.map(({ name, shape }) => {
      const { sources = [], modules = [] } = reported.get(name) ?? {};
      return { name, shape, data: weights[name]!, sources, modules }; // every parameter has its weights
    }),
    wanted,
  );
  const foreign = mapping.foreign.filter(
    (name) => !notes.some((note) => note.includes(`\`${name}\``)) && !name.startsWith("onnx::Conv"),
  );
  // Buffers that stand where kernels do: the older exporter does not tell them from parameters, and the report says so of each.
  const guessed = mapping.foreign.filter((name) => reported.get(name)?.because.endsWith("by its place alone"));
  const counted = { trained: trainer.parameters.length, foreign: new Set([...foreign, ...guessed]).size };
  const { loss, gradients } = await trainer.gradients(wanted.batch);
  const first = lossOff(loss, 0, wanted);
  const slopes = gradientsOff(gradients, mapping, wanted);
  const untold = foreign.filter((name) => !guessed.includes(name));
  if (untold.length > 0) {
    const detail = [`trains ${untold.join(", ")}`, ...first, ...slopes.map((s) => s.text).slice(0, 3)].join("; ");
    return { verdict: "no parameter", detail, ...counted };
  }
  if (first.length === 0 && slopes.length === 0 && guessed.length === 0) {
    const wrong = await stepsOff(trainer, mapping, wanted);
    return wrong.length === 0
      ? { verdict: "exact", detail: "", ...counted }
      : { verdict: "differs", detail: wrong.slice(0, 4).join("; "), ...counted };
  }
  const why = notes.filter((note) =>
    /folded into|computed|No tensor holds|single numbers|merged in part|label smoothing/.test(note),
  );
  const hidden = wanted.hides !== undefined && notes.some((note) => note.includes(wanted.hides ?? ""));
  const frozen = why.some((note) => note.includes("so that the loss differs"));
  // The gradients of parameters that the file has must be right all the same.
  const passed = partly(trainer.report);
  const excused = (slope: Slope): boolean => why.length > 0 && (slope.missing || passed(slope.name));
  const left = hidden || frozen ? [] : slopes.filter((slope) => !excused(slope));
  const explained =
    (why.length > 0 || hidden || guessed.length > 0) && (first.length === 0 || frozen) && left.length === 0;
  return explained
    ? { verdict: "explained", detail: (why.length > 0 && guessed.length === 0 ? why : notes).join(" "), ...counted }
    : { verdict: "differs", detail: [...first, ...slopes.map((s) => s.text)].slice(0, 4).join("; "), ...counted };
}

/** Whether the report says that a part of this parameter's gradient is missing, or is another's. */
function partly({ weights, notes }: Report): (name: string) => boolean {
  const passed = new Set(weights.filter((w) => /computed from/.test(w.because)).flatMap((w) => w.sources));
  const merged = notes.filter((note) => /merged in part/.test(note)).flatMap((note) => note.match(/`[^`]+`/g) ?? []);
  return (name) => passed.has(name) || merged.some((module) => name.startsWith(`${module.slice(1, -1)}.`));
}

/** Whether a loss is PyTorch's before this step. */
function lossOff(loss: number, step: number, { losses, spread }: Reference): string[] {
  const theirs = losses[step] ?? Number.NaN;
  const rounding = spread?.[step] ?? 0;
  const close = Math.abs(loss - theirs) <= Math.max(LOSS * Math.max(1, Math.abs(theirs)), ROUNDING * rounding);
  return close ? [] : [`loss at step ${step} ${loss.toPrecision(6)} for ${theirs.toPrecision(6)}`];
}

/** Ten steps of AdamW: the losses before each and after the last, and where each number is then. */
async function stepsOff(trainer: Trainer, mapping: Mapping, wanted: Reference): Promise<string[]> {
  const steps = wanted.losses.length - 1;
  for (let i = 0; i < steps; i++) {
    const wrong = lossOff((await trainer.trainStep(wanted.batch)).loss, i, wanted);
    if (wrong.length > 0) return wrong;
  }
  const after = await trainer.weights();
  const wrong = lossOff((await trainer.gradients(wanted.batch)).loss, steps, wanted);
  const moves = [...wanted.end].map(([name, theirs]) => {
    const moved = farthest(theirs, wanted.start.get(name)!); // of every parameter
    return moved === 0 ? 0 : (wanted.drift.get(name)?.[0] ?? 0) / moved;
  });
  // Where rounding leads half of the parameters astray, it may as well lead others.
  const usual = moves.sort((a, b) => a - b)[moves.length >> 1] ?? 0;
  // Rows that the file leaves out have no gradient, and decay in PyTorch alone.
  for (const [name, { ours }] of spread(after, mapping, wanted.end)) {
    const [theirs, before] = [wanted.end.get(name)!, wanted.start.get(name)!]; // both of every parameter
    const moved = farthest(theirs, before);
    const off = farthest(ours, theirs);
    const rounding = ROUNDING * Math.max(wanted.drift.get(name)?.[0] ?? 0, usual * moved);
    const { lr, eps } = wanted.adamw;
    const unresolved = (steps * lr * floorOf(name, wanted)) / eps;
    if (off <= Math.max(MOVE * moved, rounding, 1e-7 * largest(theirs), unresolved)) continue;
    wrong.push(`${name} after ${steps} steps off by ${(off / moved).toExponential(1)} of its move`);
  }
  return wrong;
}

/** How large a gradient may be that float32 does not resolve in PyTorch either: as large as rounding of the model's largest. */
function floorOf(name: string, { gradients, noise }: Reference): number {
  const unresolved = (noise.get(name)?.[0] ?? 0) >= 0.1 * largest(gradients.get(name) ?? [0]);
  return unresolved && noise.has(name) ? 2 ** -24 * Math.max(...[...gradients.values()].map(largest)) : 0;
}

/** The gradients that are not PyTorch's, by the parameter's name there. */
function gradientsOff(gradients: Readonly<Record<string, Float32Array>>, mapping: Mapping, wanted: Reference): Slope[] {
  const zeros = new Map([...wanted.start].map(([name, { length }]) => [name, new Float32Array(length)]));
  const wrong: Slope[] = [];
  const mine = spread(gradients, mapping, zeros);
  for (const [name, theirs] of wanted.gradients) {
    const { ours = theirs, covered = 0 } = mine.get(name) ?? {};
    const off = farthest(ours, theirs);
    const noise = wanted.noise.get(name)?.[0] ?? 0;
    if (off <= Math.max(GRADIENT * largest(theirs), ROUNDING * noise, floorOf(name, wanted))) continue;
    const missing = covered < theirs.length;
    wrong.push({
      name,
      missing,
      text: missing
        ? `${name} is not trained`
        : `gradient of ${name} off by ${(off / largest(theirs)).toExponential(1)}`,
    });
  }
  return wrong;
}

/** Numbers by weight as numbers by parameter, and how many of the parameter's there are; others are as given. */
function spread(
  numbers: Readonly<Record<string, Float32Array>>,
  { pieces }: Mapping,
  others: Tensors,
): Map<string, { readonly ours: Float32Array; readonly covered: number }> {
  const mine = new Map([...others].map(([name, data]) => [name, { ours: Float32Array.from(data), covered: 0 }]));
  for (const { weight, parameters, indices } of pieces) {
    const data = numbers[weight];
    if (data === undefined) continue;
    indices.forEach((index, i) => {
      const one = mine.get(parameters[i]!)!; // as many as indices
      one.ours[index] = data[i]!;
      one.covered++;
    });
  }
  return mine;
}

function farthest(a: Float32Array, b: Float32Array): number {
  let far = 0;
  // NaN counts as far
  for (let i = 0; i < b.length; i++) if (!(Math.abs(a[i]! - b[i]!) <= far)) far = Math.abs(a[i]! - b[i]!);
  return far;
}
