// Fine-tunes the last layer of a ResNet that PyTorch exported; everything before it is left as it is, and costs no gradient.
import { adamw } from "@descent/adam";
import { type Batch, crossEntropy, type Outputs, Trainer } from "@descent/onnxruntime";

const model = new URL("../../onnx/test/fixtures/resnet.onnx", import.meta.url); // 3 × 32 × 32 → ten classes

// new data: stripes, which run in one of four directions
const directions = [0, Math.PI / 4, Math.PI / 2, (3 * Math.PI) / 4];
let state = 1;
const random = (): number => (state = (state * 16807) % 2147483647) / 2147483647; // Park and Miller's
function pictures(count: number): Batch & { readonly labels: Int32Array } {
  const labels = Int32Array.from({ length: count }, () => Math.floor(random() * directions.length));
  const data = new Float32Array(count * 3 * 32 * 32);
  labels.forEach((label, n) => {
    const [angle, phase, width] = [directions[label]! + (random() - 0.5) / 4, random() * 6, 0.6 + random() / 2];
    for (let i = 0; i < 3 * 32 * 32; i++) {
      const [x, y] = [i % 32, Math.floor(i / 32) % 32];
      const stripe = Math.sin((x * Math.cos(angle) + y * Math.sin(angle)) * width + phase);
      data[n * 3 * 32 * 32 + i] = stripe + (random() - 0.5);
    }
  });
  return { in0: { data, dims: [count, 3, 32, 32] }, labels };
}

export const trainer = await Trainer.create(model, {
  optimizer: adamw({ lr: 3e-2 }),
  loss: crossEntropy(),
  trainable: /^f\./, // the last layer's weight and bias
});

const test = pictures(64);
function accuracy({ out }: Outputs): number {
  const logits = out!.data as Float32Array; // the model's output, float32
  const right = test.labels.filter((label, n) => {
    const row = logits.subarray(n * 10, n * 10 + 10);
    return row.indexOf(Math.max(...row)) === label;
  });
  return right.length / test.labels.length;
}

export const before = accuracy((await trainer.evalStep(test)).outputs);
for (let step = 0; step < 40; step++) await trainer.trainStep(pictures(32));
export const after = accuracy((await trainer.evalStep(test)).outputs);
console.log(`${trainer.size} of the model's weights trained: ${before} → ${after} of the test pictures right`);

/** The same model with another last layer; BatchNormalization, exported to train, now does as it does in use. */
export const tuned = await trainer.exportModel({ inference: true });
await trainer.dispose();
