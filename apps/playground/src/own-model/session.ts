import { glorotUniform, heNormal, initialize, layouts } from "@descent/initializers";
import { type Adapted, adapt, encodeAdapter, lora, merge } from "@descent/lora";
import {
  binaryCrossEntropyWithLogits,
  crossEntropy,
  exportModel,
  Graph,
  importModel,
  meanSquared,
} from "@descent/onnx";
import { type Batch, inspectModel, Trainer } from "@descent/onnxruntime";
import * as ort from "onnxruntime-web/wasm";
import { batches, digits, inputsOf } from "../digits/data.ts";
import { ruleOf } from "../engine/rule-of.ts";
import type { Answered, Asked, ModelSettings, Port } from "./messages.ts";
import { fromCsv, fromDigits, madeTargets, madeUp, type Samples } from "./samples.ts";

type Tell = (message: Answered) => void;
type Opened = Extract<Answered, { readonly kind: "opened" }>;

const losses = { "cross-entropy": crossEntropy, squared: meanSquared, binary: binaryCrossEntropyWithLogits } as const;
/** Milliseconds between two reports. */
const REPORT = 150;

/** A model of the reader's, and its training. Nothing leaves the worker but what the page is told. */
export class Session {
  readonly opened: Opened;
  readonly #bytes: Uint8Array;
  #trainer: Trainer | undefined;
  #adapted: Adapted | undefined;
  #stopped = false;

  private constructor(bytes: Uint8Array, opened: Opened) {
    this.#bytes = bytes;
    this.opened = opened;
  }

  /** Reads a model and reports on it. Throws if it cannot be read, or if its tensors lie in another file. */
  static async open(bytes: Uint8Array): Promise<Session> {
    const graph = importModel(bytes);
    const report = await inspectModel(bytes);
    const ports = (
      of: ReadonlyMap<string, { readonly elem: string; readonly shape: readonly unknown[] | undefined }>,
    ): Port[] =>
      // biome-ignore format: one line
      [...of].map(([name, { elem, shape = [] }]) => ({
        name,
        elem,
        shape: shape.map((size) => (typeof size === "number" ? size : String(size))),
      }));
    const outputs = ports(graph.outputs);
    if (outputs.length === 0) throw new Error("The model has no output to compute a loss from.");
    return new Session(bytes, {
      kind: "opened",
      bytes: bytes.length,
      inputs: ports(graph.inputs),
      outputs,
      rows: report.weights.map(({ name, shape, trained, because }) => ({ name, shape, trained, because })),
      notes: report.notes,
    });
  }

  /** Trains from the file's weights on; a training before this one ends, and its weights go. */
  async train(
    { settings, contender, csv, file }: Extract<Asked, { kind: "train" }>,
    tell: Tell,
    breathe: () => Promise<void>,
  ): Promise<void> {
    // biome-ignore format: one line
    await this.close();
    this.#stopped = false;
    const rule = await ruleOf(contender);
    const own = Object.hasOwn(rule.hyper, "lr");
    const lr = own ? (contender.lr ?? rule.hyper.lr) : undefined;
    const { inputs, outputs } = this.opened;
    let samples = await samplesFor(settings, inputs, csv, file);
    ort.env.wasm.numThreads = 1; // more would need a page that is isolated from others
    if (settings.method === "lora")
      this.#adapted = adapt(
        this.#bytes,
        lora({ rank: settings.rank, alpha: 2 * settings.rank, targets: "all-linear" }),
      );
    const from = outputs[0]!.name; // there is one
    const trainer = await Trainer.create(this.#adapted?.model ?? this.#bytes, {
      optimizer: rule(lr === undefined ? {} : { lr }),
      loss: losses[settings.loss]({ from }),
      runtime: ort,
      executionProviders: ["wasm"],
    });
    this.#trainer = trainer;
    const size = Math.min(settings.batch, samples.count);
    const next = batches(samples.count, size, 0);
    const first = await trainer.predict(batchOf(samples, inputs, next()));
    const dims = first[from]!.dims; // the model's output
    samples = { ...samples, targets: samples.targets ?? madeFor(settings.loss, samples.count, dims) };
    const wanted = settings.loss === "cross-entropy" ? dims.slice(1, -1) : dims.slice(1);
    const each = wanted.reduce((a, b) => a * b, 1);
    if (samples.targets!.length !== samples.count * each)
      throw new Error(`The output \`${from}\` has the sizes ${dims.join(" × ")} for ${size} samples, so each sample needs ${each} ${settings.loss === "cross-entropy" ? "label" : "number"}${each === 1 ? "" : "s"}; the data has ${samples.targets!.length / samples.count}.`); // biome-ignore format: one text
    tell({ kind: "ready", trained: trainer.size, lr, layers: this.#adapted?.layers ?? [], samples: samples.count });
    let told: number[] = [];
    let [step, reported, worked] = [0, performance.now(), 0];
    while (step < settings.steps && !this.#stopped) {
      const began = performance.now();
      const places = next();
      const labels = gathered(samples.targets!, places, each);
      const target = { labels: { data: settings.loss === "cross-entropy" ? [...labels] : labels, dims: [size, ...wanted] } }; // biome-ignore format: one object
      told.push((await trainer.trainStep({ ...batchOf(samples, inputs, places), ...target })).loss);
      step++;
      const now = performance.now();
      worked += now - began;
      if (now - reported > REPORT || step === settings.steps) {
        tell({ kind: "steps", step, losses: told });
        [told, reported] = [[], now];
      }
      await breathe();
    }
    if (told.length > 0) tell({ kind: "steps", step, losses: told });
    tell({ kind: "done", step, seconds: worked / 1000 });
  }

  /** Ends the training after the step that is under way; its weights stay. */
  stop(): void {
    this.#stopped = true;
  }

  /** The trained model; of a LoRA its two files as PEFT writes them, and the model with it merged. */
  async save(): Promise<Extract<Answered, { kind: "saved" }>> {
    const trainer = this.#trainer;
    if (!trainer) throw new Error("Nothing has been trained yet.");
    if (!this.#adapted) return { kind: "saved", files: [{ name: "trained.onnx", bytes: await trainer.exportModel() }] };
    const adapter = this.#adapted.adapter((await trainer.weights()) as Record<string, Float32Array>);
    const files = Object.entries(encodeAdapter(adapter)).map(([name, content]) => ({ name, bytes: typeof content === "string" ? new TextEncoder().encode(content) : content })); // biome-ignore format: one list
    return { kind: "saved", files: [...files, { name: "merged.onnx", bytes: merge(this.#bytes, adapter) }] };
  }

  /** Frees the trainer. */
  async close(): Promise<void> {
    const trainer = this.#trainer;
    this.#trainer = this.#adapted = undefined;
    await trainer?.dispose();
  }
}

async function samplesFor(
  { data }: Pick<ModelSettings, "data">,
  inputs: readonly Port[],
  csv: string,
  file: string,
): Promise<Samples> {
  // biome-ignore format: one line
  if (data === "csv") return fromCsv(inputs, csv);
  if (data === "made-up") return madeUp(inputs);
  const { train } = await digits(file);
  return fromDigits(inputs, inputsOf(train.images), train.labels);
}

function madeFor(loss: ModelSettings["loss"], count: number, dims: readonly number[]): Float32Array {
  const inner = dims.slice(1).reduce((a, b) => a * b, 1);
  if (loss === "cross-entropy") return madeTargets("class", (count * inner) / dims.at(-1)!, dims.at(-1)!); // it has classes
  return madeTargets(loss === "binary" ? "bit" : "number", count * inner, 0);
}

/** The samples at some places, laid flat. */
function gathered(all: Float32Array, places: Uint32Array, each: number): Float32Array {
  const out = new Float32Array(places.length * each);
  places.forEach((place, i) => {
    out.set(all.subarray(place * each, (place + 1) * each), i * each);
  });
  return out;
}

function batchOf(samples: Samples, inputs: readonly Port[], places: Uint32Array): Batch {
  return Object.fromEntries(
    inputs.map(({ name, elem }) => {
      const { data, dims } = samples.inputs[name]!; // there is one for each
      const each = dims.reduce((a, b) => a * b, 1);
      const numbers = gathered(data, places, each);
      return [name, { data: elem.startsWith("float") ? numbers : [...numbers], dims: [places.length, ...dims] }];
    }),
  );
}

/** A perceptron for pictures of 28 × 28, for those who have no model at hand. */
export function example(): Uint8Array {
  const graph = new Graph();
  const dense = (name: string, x: string, inward: number, outward: number): string => {
    const shape = [inward, outward];
    const first = name === "output" ? glorotUniform() : heNormal();
    const data = initialize({ name, shape, role: "kernel", axes: layouts.dense }, first, 0);
    graph.initializer(`${name}.weight`, { elem: "float32", dims: shape, data });
    graph.initializer(`${name}.bias`, { elem: "float32", dims: [outward], data: new Float32Array(outward) });
    return graph.op("Gemm", [x, `${name}.weight`, `${name}.bias`])[0]!; // one output
  };
  graph.input("picture", { elem: "float32", shape: ["batch", 1, 28, 28] });
  const [flat] = graph.op("Flatten", ["picture"], { axis: 1 }) as [string];
  const [hidden] = graph.op("Relu", [dense("hidden", flat, 784, 32)]) as [string];
  graph.op("Identity", [dense("output", hidden, 32, 10)], {}, ["logits"]);
  graph.output("logits");
  return exportModel(graph);
}
