// The training of from-pytorch.py, on the model that PyTorch exported before it.
import {
  AdamW,
  AveragedModel,
  CosineAnnealingLR,
  clip_grad_norm_,
  get_ema_multi_avg_fn,
  LinearLR,
  SequentialLR,
} from "@descent/dialects/torch";
import { type Batch, crossEntropy, Trainer } from "@descent/onnxruntime";

function batch(step: number): Batch {
  const x = Array.from({ length: 32 }, (_, i) =>
    Array.from({ length: 4 }, (_, j) => Math.sin(1.7 * step + 0.9 * i + j * j)),
  );
  const labels = x.map(([a = 0, b = 0, c = 0]) => (a + b * c < -0.5 ? 0 : a + b * c > 0.4 ? 2 : 1));
  return { x: x.flat(), labels };
}

const model = new URL("from-pytorch.onnx", import.meta.url);

const warmup = LinearLR(0.03, { start_factor: 0.1, total_iters: 10 });
const cosine = CosineAnnealingLR(0.03, { T_max: 40 });
const lr = SequentialLR([warmup, cosine], { milestones: [10] });
const optimizer = AveragedModel(clip_grad_norm_(AdamW({ lr, betas: [0.9, 0.98], weight_decay: 0.1 }), 0.5), {
  multi_avg_fn: get_ema_multi_avg_fn(0.9),
});
const trainer = await Trainer.create(model, { optimizer, loss: crossEntropy() });

export const losses: number[] = [];
for (let step = 0; step < 50; step++) {
  const { loss } = await trainer.trainStep(batch(step)); // backward, clipping, the step, its rate and the average
  losses.push(loss);
}

export const { loss: evaluated } = await trainer.evalStep(batch(50)); // at the average
console.log(JSON.stringify({ losses, evaluated }));
await trainer.dispose();
