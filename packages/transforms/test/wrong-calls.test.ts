import { adam } from "@descent/adam";
import { sgd } from "@descent/sgd";
import * as transforms from "@descent/transforms";
import { type GoodCall, wrongCalls } from "../../../tests/wrong-calls.ts";

const around = (options: object = {}): GoodCall => ({ args: () => [sgd(), options] });
const run = { sampleRate: 0.1, steps: 10, delta: 1e-5 };
wrongCalls(transforms, {
  accumulate: around({ every: 2 }),
  agc: around({ clip: 0.1, eps: 1e-3 }),
  cautious: around({ eps: 1e-3 }),
  centralize: around(),
  clipByBlockRms: around({ limit: 1 }),
  clipUpdate: around({ limit: 1 }),
  gradientNoise: around({ eta: 0.1, gamma: 0.5, seed: 1 }),
  graft: { args: () => [{ direction: adam(), length: sgd() }, {}] },
  grokfast: around({ decay: 0.9, strength: 2 }),
  grokfastMa: around({ window: 2, strength: 5 }),
  kahan: around(),
  layerDecay: around({ decay: 0.7, layers: 2, least: 0.1, layer: () => 1 }),
  loraPlus: around({ ratio: 4, b: /lora_B/ }),
  lossScaler: { args: () => [{ initial: 8, growth: 2, backoff: 0.5, every: 3 }] },
  "lossScaler().unscale": {
    call: (g: Record<string, Float32Array>) => transforms.lossScaler().unscale(g),
    args: () => [{ w: Float32Array.of(1, 2) }],
  },
  "lossScaler().load": {
    call: (state: transforms.LossScalerState) => transforms.lossScaler().load(state),
    args: () => [{ scale: 8, good: 1 }],
  },
  mup: around({ base: 64 }),
  noiseFor: { args: () => [{ ...run, epsilon: 3 }] },
  normalize: around(),
  orthograd: around({ eps: 1e-30 }),
  privacySpent: { args: () => [{ ...run, noise: 1 }] },
  privateGradient: {
    args: () => [
      { w: Float32Array.of(1, 2, 3, 4) },
      { w: 2 },
      { examples: 2, maxNorm: 1, noise: 1, seed: 1, batchSize: 2 },
    ],
  },
  scaleUpdate: around({ factor: 2 }),
  stochasticRounding: around({ seed: 1 }),
  weightDecay: { args: () => [adam(), 0.1, { kind: "corrected", maxLr: 1e-3, decays: () => true }] },
  zclipPercentile: around({ decay: 0.9, threshold: 2, maxNorm: 1, warmup: 5 }),
  zclip: around({ decay: 0.9, threshold: 2, maxNorm: 1, warmup: 5, eps: 1e-6 }),
});
