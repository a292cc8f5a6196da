// Trains to a number of steps and saves after each, so that whatever ends it, the next start goes on exactly where it was.
// usage: resume.ts <checkpoint> <steps>
import { existsSync } from "node:fs";
import { adamw } from "@descent/adam";
import { schedule } from "@descent/core";
import { crossEntropy, Trainer } from "@descent/onnxruntime";

const [checkpoint = "checkpoint.safetensors", steps = "20"] = process.argv.slice(2);
const trainer = await Trainer.create(new URL("../../onnx/test/fixtures/lenet.onnx", import.meta.url), {
  optimizer: adamw({ lr: schedule("1e-2 * 0.99 ^ step") }),
  loss: crossEntropy(),
});
if (existsSync(checkpoint)) await trainer.load(checkpoint);

while (trainer.step < Number(steps)) {
  const { step } = trainer; // which says what the next batch is, in this life or another
  const labels = Array.from({ length: 8 }, (_, n) => (step * 3 + n) % 10);
  const in0 = Float32Array.from({ length: 8 * 784 }, (_, i) => Math.sin(i * (1 + labels[Math.floor(i / 784)]!)));
  const { loss } = await trainer.trainStep({ in0, labels });
  await trainer.save(checkpoint); // whole or not at all
  console.log(`step ${trainer.step}: loss ${loss}`);
}
await trainer.dispose();
