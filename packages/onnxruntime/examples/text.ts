// Teaches a small GPT that PyTorch exported a text by heart, and lets it go on from a word, in plain ONNX Runtime.
import { readFileSync } from "node:fs";
import { adamw } from "@descent/adam";
import { clipByGlobalNorm, schedule } from "@descent/core";
import { crossEntropy, Trainer } from "@descent/onnxruntime";
import * as ort from "onnxruntime-node";

const [CONTEXT, BATCH, STEPS] = [16, 32, 160] as const;
const text = readFileSync(new URL("../LICENSE", import.meta.url), "utf8")
  .replace(/\s+/g, " ")
  .slice(0, 400);
const letters = [...new Set(text)]; // of the 65 that the model knows
const codes = Array.from(text, (letter) => letters.indexOf(letter));

const model = new URL("../../onnx/test/fixtures/gpt_o17.onnx", import.meta.url);
const trainer = await Trainer.create(model, {
  optimizer: clipByGlobalNorm(adamw({ lr: schedule("6e-3 * min(1, (step + 1) / 20)"), weightDecay: 0 }), 1),
  loss: crossEntropy(), // of every place's next letter
});
// PyTorch's embeddings start large, and the model's last layer is its table of letters: smaller ones learn faster
const { "wte.weight": table, "wpe.weight": places } = await trainer.weights();
await trainer.setWeights({ "wte.weight": table!.map((v) => v / 10), "wpe.weight": places!.map((v) => v / 10) });

export const losses: number[] = [];
for (let step = 0; step < STEPS; step++) {
  const starts = Array.from({ length: BATCH }, (_, n) => ((step * BATCH + n) * 29) % (codes.length - CONTEXT));
  const { loss } = await trainer.trainStep({
    in0: { data: starts.flatMap((s) => codes.slice(s, s + CONTEXT)), dims: [BATCH, CONTEXT] },
    labels: { data: starts.flatMap((s) => codes.slice(s + 1, s + 1 + CONTEXT)), dims: [BATCH, CONTEXT] },
  });
  losses.push(loss);
  if (step % 20 === 0) console.log(`step ${step}: loss ${loss.toFixed(2)}`);
}
const trained = await trainer.exportModel();
await trainer.dispose();

// from here on nothing but ONNX Runtime
const session = await ort.InferenceSession.create(trained);
export let said = text.slice(0, CONTEXT);
for (let n = 0; n < 100; n++) {
  const last = BigInt64Array.from(said.slice(-CONTEXT), (letter) => BigInt(letters.indexOf(letter)));
  const { out } = await session.run({ in0: new ort.Tensor("int64", last, [1, CONTEXT]) });
  const next = (out!.data as Float32Array).subarray(-65); // what follows the last letter
  said += letters[next.indexOf(Math.max(...next.subarray(0, letters.length)))];
}
await session.release();
console.log(said);
