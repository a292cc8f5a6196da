import { readFile } from "node:fs/promises";
import { adamw } from "@descent/adam";
import { decodeSafetensors } from "@descent/core/adapter";
import { type Batch, crossEntropy, meanSquared, Trainer } from "@descent/onnxruntime";
import { type Mapping, map } from "./map.ts";

/** Facts that PyTorch's side wrote beside the tensors. */
interface About {
  readonly loss: "mse" | "cross-entropy";
  /** Before each of ten steps, and after the last. */
  readonly losses: readonly number[];
  readonly inputs: readonly string[];
  readonly buffers: readonly string[];
  /** Other names of parameters, with the first. */
  readonly tied: Readonly<Record<string, string>>;
  /** A thing of Python that the older exporter does not write: "detach()". */
  readonly hides?: string;
  readonly adamw: { readonly lr: number; readonly eps: number; readonly weightDecay: number };
}

export interface Reference extends About {
  /** The dimensions of the labels. */
  readonly labelled: number;
  readonly batch: Batch;
  readonly start: ReadonlyMap<string, Float32Array>;
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  readonly gradients: ReadonlyMap<string, Float32Array>;
  readonly end: ReadonlyMap<string, Float32Array>;
}

export type Verdict = "exact" | "explained" | "differs" | "no parameter" | "refused";

export interface Outcome {
  readonly verdict: Verdict;
  readonly detail: string;
}

/** A batch, and PyTorch's results. */
export async function reference(path: string): Promise<Reference> {
  const { tensors, metadata } = decodeSafetensors(await readFile(path));
  const about = JSON.parse(metadata?.about ?? "{}") as About; // of a file that corpus.py wrote
  const batch: Record<string, { data: Float32Array | BigInt64Array; dims: readonly number[] }> = {};
  const shapes = new Map<string, readonly number[]>();
  const found = { start: new Map(), grad: new Map(), end: new Map() } as Record<string, Map<string, Float32Array>>;
  for (const [name, { data, shape }] of Object.entries(tensors)) {
    const [part = "", ...rest] = name.split(".");
    if (part === "start") shapes.set(rest.join("."), shape);
    if (part === "input") batch[rest.join(".")] = { data: data as Float32Array | BigInt64Array, dims: shape };
    else if (name === "labels") batch.labels = { data: data as Float32Array | BigInt64Array, dims: shape };
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
  };
}

const largest = (x: ArrayLike<number>): number => Array.from(x).reduce((m, v) => Math.max(m, Math.abs(v)), 0);

/** Trains one file with default options. */
export async function follow(path: string, wanted: Reference): Promise<Outcome> {
  const { lr, eps, weightDecay } = wanted.adamw;
  // A label for every pixel: the classes of an image lie in dimension 1.
  const image = wanted.labelled === 3 && wanted.loss === "cross-entropy";
  const optimizer = adamw({ lr, eps, weightDecay, decays: () => true });
  let trainer: Trainer;
  try {
    trainer = await Trainer.create(path, {
      optimizer,
      loss: wanted.loss === "mse" ? meanSquared() : crossEntropy(image ? { axis: 1 } : {}),
      sessionOptions: { intraOpNumThreads: 1, interOpNumThreads: 1 },
    });
  } catch (error) {
    return { verdict: "refused", detail: (error as Error).message };
  }
  try {
    return await compared(trainer, wanted);
  } catch (error) {
    return { verdict: "refused", detail: (error as Error).message };
  } finally {
    await trainer.dispose();
  }
}

async function compared(trainer: Trainer, wanted: Reference): Promise<Outcome> {
  const weights = await trainer.weights();
  const mapping = map(
    trainer.parameters.map(({ name, shape }) => {
      const { sources = [], modules = [] } = trainer.report.weights.find((w) => w.name === name) ?? {};
      return { name, shape, data: weights[name]!, sources, modules }; // every parameter has its weights
    }),
    wanted,
  );
  const { loss, gradients } = await trainer.gradients(wanted.batch);
  const wrong: string[] = [];
  const off = Math.abs(loss - wanted.losses[0]!) / Math.max(1, Math.abs(wanted.losses[0]!));
  if (!(off < 1e-4)) wrong.push(`loss ${loss.toPrecision(5)} for ${wanted.losses[0]!.toPrecision(5)}`);
  wrong.push(...gradientsOff(gradients, mapping, wanted));
  if (wrong.length === 0) {
    const moved: string[] = [];
    for (const [i, l] of wanted.losses.entries()) {
      const step = await trainer.trainStep(wanted.batch);
      if (!(Math.abs(step.loss - l) <= 1e-4 * Math.max(1, Math.abs(l)))) {
        moved.push(`loss at step ${i} ${step.loss.toPrecision(6)} for ${l.toPrecision(6)}`);
        break;
      }
    }
    wrong.push(...moved);
  }
  const { notes, weights: all } = trainer.report;
  // A kernel that a normalization was folded into holds no parameter's numbers, and the report says so.
  const foreign = mapping.foreign.filter(
    (name) =>
      !notes.some((note) => note.includes(`\`${name}\``)) &&
      !all.some((w) => w.name === name && /computed|folded/.test(w.because)) &&
      !name.startsWith("onnx::Conv"),
  );
  if (foreign.length > 0)
    return { verdict: "no parameter", detail: [`trains ${foreign.join(", ")}`, ...wrong.slice(0, 3)].join("; ") };
  if (wrong.length === 0) return { verdict: "exact", detail: "" };
  // Where the loss is right, and the report says that other things are trained than in Python, the two part.
  const why = notes.filter((note) => /folded into|computed|No tensor holds|merged into one/.test(note));
  const hidden = wanted.hides !== undefined && notes.some((note) => note.includes(wanted.hides ?? ""));
  const frozen = why.some((note) => note.includes("so that the loss differs"));
  if ((off < 1e-4 || frozen) && (why.length > 0 || hidden))
    return { verdict: "explained", detail: (why.length > 0 ? why : notes).join(" ") };
  return { verdict: "differs", detail: wrong.slice(0, 4).join("; ") };
}

/** The gradients that are not PyTorch's, by the parameter's name there. */
function gradientsOff(
  gradients: Readonly<Record<string, Float32Array>>,
  mapping: Mapping,
  wanted: Reference,
): string[] {
  const mine = new Map([...wanted.start].map(([name, { length }]) => [name, new Float32Array(length)]));
  const covered = new Set<string>();
  for (const { weight, parameters, indices } of mapping.pieces) {
    const g = gradients[weight];
    if (g === undefined) continue;
    indices.forEach((index, i) => {
      const parameter = parameters[i]!; // as many as indices
      covered.add(parameter);
      mine.get(parameter)![index]! += g[i]!; // a parameter's place
    });
  }
  const wrong: string[] = [];
  const scale = Math.max(...[...wanted.gradients.values()].map(largest));
  for (const [name, theirs] of wanted.gradients) {
    const ours = mine.get(name)!; // of the same names
    let off = 0;
    for (let i = 0; i < theirs.length; i++) off = Math.max(off, Math.abs(ours[i]! - theirs[i]!));
    const relative = off / Math.max(largest(theirs), 1e-2 * scale);
    if (relative < 1e-4 || scale === 0) continue;
    wrong.push(
      covered.has(name) ? `gradient of ${name} off by ${relative.toExponential(1)}` : `${name} is not trained`,
    );
  }
  return wrong;
}
