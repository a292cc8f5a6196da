// Fine-tunes all-MiniLM-L6-v2 by LoRA to tell praise from complaint; see README.md. node train.ts [folder of export.py]
import { readFileSync } from "node:fs";
import path from "node:path";
import { adamw } from "@descent/adam";
import { adapt, encodeAdapter, lastLayers, lora, type Method, merge } from "@descent/lora";
import { saveAdapter } from "@descent/lora/node";
import { crossEntropy, Trainer } from "@descent/onnxruntime";
import { Tokenizer } from "@huggingface/tokenizers";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { batches } from "./batch.ts";
import { reviews, shuffled } from "./reviews.ts";

const [STEPS, SIZE, HELD] = [160, 16, 200];
const folder = process.argv[2] ?? ".";
const read = (name: string): string => readFileSync(path.join(folder, name), "utf8");
const tokenizer = new Tokenizer(JSON.parse(read("tokenizer.json")), JSON.parse(read("tokenizer_config.json")));
const model = readFileSync(path.join(folder, "model.onnx"));
const { train, held } = reviews(read("reviews.tsv"));

const batch = batches(tokenizer, 24);
const test = batch(held.slice(0, HELD));
const { labels, ...inputs } = test;
/** The share of the held-out sentences that logits tell right. */
const right = (logits: Float32Array): number =>
  labels.filter((label, i) => Number(logits[2 * i + 1]! > logits[2 * i]!) === label).length / HELD; // two a sentence

/** Trains by a method on sentences in the order of a seed; the share of held-out sentences that are right, and the adapter. */
async function run(method: Method, lr: number, seed: number) {
  const adapted = adapt(model, method);
  await using trainer = await Trainer.create(adapted.model, {
    optimizer: adamw({ lr }),
    loss: crossEntropy(),
    seed,
  });
  const order = shuffled(train, seed);
  for (let step = 0; step < STEPS; step++)
    await trainer.trainStep(batch(Array.from({ length: SIZE }, (_, i) => order[(step * SIZE + i) % order.length]!)));
  const { logits } = await trainer.predict(inputs);
  return { right: right(logits!.data as Float32Array), adapter: adapted.adapter(await trainer.weights()) }; // the one output
}

for (const seed of [1, 2, 3]) {
  const frozen = await run(lastLayers({ targets: ["classifier"] }), 1e-2, seed);
  const tuned = await run(lora({ rank: 8, alpha: 16, modulesToSave: ["classifier"], seed }), 5e-4, seed);
  const size = encodeAdapter(tuned.adapter)["adapter_model.safetensors"].length;
  await saveAdapter(path.join(folder, `adapter-${seed}`), tuned.adapter);

  // Without Descent: the model with the adapter merged into its weights, in plain ONNX Runtime.
  const session = await InferenceSession.create(merge(model, tuned.adapter));
  const feeds = Object.entries(inputs).map(([name, { data, dims }]) => [name, new Tensor("int64", data, dims)]);
  const { logits } = await session.run(Object.fromEntries(feeds));
  await session.release();
  const merged = right(logits!.data as Float32Array);
  console.log(
    `seed ${seed}: head alone ${frozen.right}, LoRA ${tuned.right}, merged ${merged} of ${HELD} sentences; adapter ${size} bytes`,
  );
}
