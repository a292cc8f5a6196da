// Fine-tunes all-MiniLM-L6-v2 by LoRA to tell commands from their opposites; see README.md. node train.ts [folder of export.py]
import { readFileSync } from "node:fs";
import path from "node:path";
import { adamw } from "@descent/adam";
import { adapt, encodeAdapter, lastLayers, lora, type Method, merge } from "@descent/lora";
import { saveAdapter } from "@descent/lora/node";
import { crossEntropy, Trainer } from "@descent/onnxruntime";
import { Tokenizer } from "@huggingface/tokenizers";
import { batches } from "./batch.ts";
import { generator, sentences } from "./sentences.ts";

const folder = process.argv[2] ?? ".";
const read = (name: string): string => readFileSync(path.join(folder, name), "utf8");
const tokenizer = new Tokenizer(JSON.parse(read("tokenizer.json")), JSON.parse(read("tokenizer_config.json")));
const model = readFileSync(path.join(folder, "model.onnx"));

const batch = batches(tokenizer, 8);
const held = sentences("test", 200, generator(99));

/** Trains by a method on sentences of a seed; the share of held-out sentences that are right, and the adapter. */
async function run(method: Method, lr: number, seed: number) {
  const adapted = adapt(model, method);
  await using trainer = await Trainer.create(adapted.model, {
    optimizer: adamw({ lr }),
    loss: crossEntropy(),
    seed,
  });
  const random = generator(seed);
  for (let step = 0; step < 80; step++) await trainer.trainStep(batch(sentences("train", 16, random)));
  const { labels, ...inputs } = batch(held);
  const logits = (await trainer.predict(inputs)).logits!.data as Float32Array; // the model's one output
  const right = labels.filter((label, i) => Number(logits[2 * i + 1]! > logits[2 * i]!) === label).length;
  return { right: right / labels.length, adapter: adapted.adapter(await trainer.weights()) };
}

for (const seed of [1, 2, 3]) {
  const frozen = await run(lastLayers({ targets: ["classifier"] }), 1e-2, seed);
  const tuned = await run(lora({ rank: 8, alpha: 16, modulesToSave: ["classifier"], seed }), 2e-3, seed);
  const size = encodeAdapter(tuned.adapter)["adapter_model.safetensors"].length;
  console.log(`seed ${seed}: head alone ${frozen.right}, LoRA ${tuned.right} of 200 sentences; adapter ${size} bytes`);
  await saveAdapter(path.join(folder, `adapter-${seed}`), tuned.adapter);
  if (seed === 1) console.log(`merged: ${merge(model, tuned.adapter).length} bytes`);
}
