import { stream } from "@descent/initializers";
import { type Digits, batch as digits, pixels } from "../../apps/mnist/src/data/digits.ts";
import { loadMnist } from "../../apps/mnist/src/data/mnist.ts";
import { cnnOf, gptOf } from "../models.ts";
import { alphabet, text } from "./text.ts";

export interface Batch {
  readonly x: { readonly data: Float32Array | BigInt64Array; readonly dims: readonly number[] };
  readonly labels: { readonly data: BigInt64Array; readonly dims: readonly number[] };
}

/** A network with its data. */
export interface Task {
  readonly name: "cnn" | "gpt";
  readonly title: string;
  /** The source of the data, as a sentence. */
  readonly data: string;
  readonly steps: number;
  /** The network as an ONNX file, with the weights of a seed. */
  model(seed: number): Uint8Array;
  /** The batch of a step; a seed draws the same batches for every rule. */
  batch(seed: number, step: number): Batch;
  /** By these the rate is chosen. */
  readonly validation: readonly Batch[];
  /** These are seen once training is over. */
  readonly test: readonly Batch[];
}

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
const whole = (seed: number, name: string, step: number, count: number, below: number): number[] => {
  const random = stream(seed, name);
  return range(count).map((i) => Math.floor(random.uniform(step * count + i) * below));
};

async function cnn(): Promise<Task> {
  const [steps, size, hidden, kept, tested] = [200, 32, 32, 1000, 3000];
  const { train, test } = await loadMnist();
  const of = (all: Digits, places: readonly number[]): Batch => {
    const { images, labels } = digits(all, Uint32Array.from(places));
    return {
      x: { data: images, dims: [places.length, 1, Math.sqrt(pixels), Math.sqrt(pixels)] },
      labels: { data: BigInt64Array.from(labels, BigInt), dims: [places.length] },
    };
  };
  const blocks = (all: Digits, from: number, count: number): Batch[] =>
    range(count / 500).map((k) => of(all, range(500).map((i) => from + 500 * k + i))); // biome-ignore format: one line
  const first = train.count - kept;
  return {
    name: "cnn",
    title: cnnOf(0, hidden).title.replace(/batch \d+/, `batch ${size}`),
    data: `MNIST: trained on ${first.toLocaleString("en")} digits, rates are chosen by the loss on the other ${kept.toLocaleString("en")}, and tested on the first ${tested.toLocaleString("en")} test digits`,
    steps,
    model: (seed) => cnnOf(seed, hidden).bytes,
    batch: (seed, step) => of(train, whole(seed, "digits", step, size, first)),
    validation: blocks(train, first, kept),
    test: blocks(test, 0, tested),
  };
}

function gpt(): Task {
  const [steps, time, size] = [300, 48, 8];
  const shape = { layers: 2, width: 32, heads: 2, time, vocabulary: alphabet.length, batch: size, causal: true };
  const [train, kept, test] = [text("train", 400_000), text("validation", 10_000), text("test", 30_000)];
  const of = (all: Uint8Array, places: readonly number[]): Batch => {
    const window = (offset: number): Batch["labels"] => ({
      data: BigInt64Array.from(
        places.flatMap((at) => [...all.subarray(at + offset, at + offset + time)]),
        BigInt,
      ),
      dims: [places.length, time],
    });
    return { x: window(0), labels: window(1) };
  };
  const blocks = ({ tokens }: { readonly tokens: Uint8Array }): Batch[] => {
    const windows = range(Math.floor((tokens.length - 1) / time)).map((k) => k * time);
    return range(Math.floor(windows.length / 100)).map((k) => of(tokens, windows.slice(100 * k, 100 * k + 100)));
  };
  return {
    name: "gpt",
    title: gptOf(0, shape).title,
    data: `sentences of [a small grammar](fair/text.ts), by character; a reader who knows the grammar needs ${test.floor.toFixed(3)} nats per character of the test text, and a little more where a window begins within a sentence`,
    steps,
    model: (seed) => gptOf(seed, shape).bytes,
    batch: (seed, step) => of(train.tokens, whole(seed, "text", step, size, train.tokens.length - time - 1)),
    validation: blocks(kept),
    test: blocks(test),
  };
}

export const tasks: Readonly<Record<Task["name"], () => Task | Promise<Task>>> = { cnn, gpt };
