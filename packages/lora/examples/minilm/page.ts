// The training of train.ts in a page, by onnxruntime-web in WebAssembly; see README.md.
import { adamw } from "@descent/adam";
import { adapt, encodeAdapter, lastLayers, lora } from "@descent/lora";
import { crossEntropy, Trainer } from "@descent/onnxruntime";
import { Tokenizer } from "@huggingface/tokenizers";
import * as ort from "onnxruntime-web/wasm";
import { batches } from "./batch.ts";
import { reviews, shuffled } from "./reviews.ts";

/** Two threads where the page is cross-origin isolated. */
ort.env.wasm.numThreads = crossOriginIsolated ? 2 : 1;

/** Sentences in a batch. */
const SIZE = 16;

const file = async (name: string): Promise<Response> => fetch(new URL(name, location.href));

/** The adapter's and the optimizer's settings of each way to train. */
const ways = {
  head: { method: () => lastLayers({ targets: ["classifier"] }), lr: 1e-2 },
  lora: { method: (seed: number) => lora({ rank: 8, alpha: 16, modulesToSave: ["classifier"], seed }), lr: 5e-4 },
};

export interface Run {
  readonly way: keyof typeof ways;
  readonly seed: number;
  readonly steps: number;
  /** The number of held-out sentences. */
  readonly held: number;
}

/** Trains, and tells losses as they come; how many of the held-out ones are right, by batches, and LoRA's adapter file. */
export async function train({ way, seed, steps, held }: Run, tell: (text: string) => void) {
  const tokenizer = new Tokenizer(
    await (await file("tokenizer.json")).json(),
    await (await file("tokenizer_config.json")).json(),
  );
  // All batches have one shape, so that one session trains and one predicts.
  const batch = batches(tokenizer, 24);
  const { method, lr } = ways[way];
  const adapted = adapt(new Uint8Array(await (await file("model.onnx")).arrayBuffer()), method(seed));
  const trainer = await Trainer.create(adapted.model, {
    optimizer: adamw({ lr }),
    loss: crossEntropy(),
    runtime: ort,
    executionProviders: ["wasm"],
    outputs: [],
    seed,
  });
  const { train: sentences, held: unseen } = reviews(await (await file("reviews.tsv")).text());
  const order = shuffled(sentences, seed);
  for (let step = 1; step <= steps; step++) {
    const these = Array.from({ length: SIZE }, (_, i) => order[((step - 1) * SIZE + i) % order.length]!);
    const { loss } = await trainer.trainStep(batch(these));
    tell(`${way}, seed ${seed}, step ${step}: loss ${loss.toFixed(3)}`);
  }
  let right = 0;
  for (let start = 0; start < held; start += SIZE) {
    const { labels, ...inputs } = batch(unseen.slice(start, Math.min(start + SIZE, held)));
    const logits = (await trainer.predict(inputs)).logits!.data as Float32Array; // the model's one output
    right += labels.filter((label, i) => Number(logits[2 * i + 1]! > logits[2 * i]!) === label).length;
  }
  const weights = await trainer.weights();
  await trainer.dispose();
  if (way === "head") return { right }; // PEFT has no file for last layers alone
  return { right, adapter: encodeAdapter(adapted.adapter(weights))["adapter_model.safetensors"] };
}
