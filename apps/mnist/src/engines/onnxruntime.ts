import type { BlockingWorld } from "@descent/core/adapter";
import type { Native } from "@descent/native";
import { importModel } from "@descent/onnx";
import { crossEntropy, type ExecutionProvider, type Runtime, Trainer } from "@descent/onnxruntime";
import { side } from "../data/digits.ts";
import { shareOf, weigh } from "../training/share.ts";
import { type Batch, checkStep, type Engine, type Learner, type Look, type StepNumbers } from "./engine.ts";
import { hiddenUnits, type Model, type Weights } from "./model.ts";
import { onnxModel } from "./onnx-model.ts";

/**
 * Sums of squares over all parameters: of the gradients, of the update, and of the weights after it. One plain loop, because
 * callbacks, three loops, or variables that come out of a list would take as long as the update itself.
 */
function sums(before: Weights, after: Weights, gradients: Weights): { gradient: number; moved: number; size: number } {
  let gradient = 0;
  let moved = 0;
  let size = 0;
  for (const [name, w] of Object.entries(after)) {
    const b = before[name]!; // of the same network
    const g = gradients[name]!; // every weight is trained
    for (let i = 0; i < w.length; i++) {
      const x = w[i]!;
      const d = g[i]!;
      const step = x - b[i]!;
      gradient += d * d;
      moved += step * step;
      size += x * x;
    }
  }
  return { gradient, moved, size };
}

/** The code that updates run as, in words. */
const updatesBy = ({ compiler, why }: Native): string =>
  compiler === undefined
    ? `Updates run as WebAssembly: ${why}.`
    : `Updates run as machine code, compiled by ${compiler}.`;

/** The weights of an exported model, which may be other than those in training. */
function weightsIn(model: Uint8Array, { parameters }: Model): Weights {
  const graph = importModel(model);
  return Object.fromEntries(
    parameters.map(({ name }) => [name, graph.value(name)!.data as Float32Array]), // float32, as the model says
  );
}

/** The number of rows whose largest logit is at their label; or the sum of their targets there. */
function right(logits: Float32Array, { labels, targets }: Batch): number {
  const classes = logits.length / labels.length;
  let count = 0;
  for (let i = 0; i < labels.length; i++) {
    let best = 0;
    for (let k = 1; k < classes; k++) if (logits[i * classes + k]! > logits[i * classes + best]!) best = k;
    count += targets === undefined ? Number(best === labels[i]) : targets[i * classes + best]!;
  }
  return count;
}

/** The engine on stock ONNX Runtime, for an execution provider and its session options. With `native`, updates run as machine code. */
export function onnxruntimeEngine(
  runtime: Runtime,
  version: string,
  provider: ExecutionProvider,
  sessionOptions: Readonly<Record<string, unknown>> = {},
  world?: BlockingWorld,
  native?: Native,
): Engine {
  return {
    ...(native && { updates: updatesBy(native) }),
    name: "onnxruntime",
    version,
    readEvery: 1, // the loss comes back with every step
    async learner({ model, weights, optimizer, state, dropout = false, mixed = false }): Promise<Learner> {
      const trainer = await Trainer.create(onnxModel(model, weights, dropout), {
        runtime,
        optimizer,
        loss: crossEntropy({ probabilities: mixed }),
        executionProviders: [provider],
        sessionOptions,
        // An update's numbers need weights and gradients on the host, so the update runs there too.
        plan: "host",
        native,
        world,
        // The loop sees it in the update's numbers, and says more; but not which of several ranks has it.
        nonFinite: world ? "throw" : "apply",
      });
      if (state !== undefined) {
        const parameters = model.parameters.map(({ name, shape }) => [name, { shape, data: weights[name]! }] as const);
        await trainer.load({ parameters: Object.fromEntries(parameters), optimizer: state });
      }
      let before = await trainer.weights();
      let { size } = sums(before, before, before);
      let numbers: StepNumbers[] = [];
      let seen: Look | undefined;
      const units = hiddenUnits(model);
      const ones = (data: Float32Array) => new Float32Array((data.length / (side * side)) * units).fill(1);
      const network = (data: Float32Array, kept: Float32Array | undefined) => ({
        images: { data, dims: [data.length / (side * side), side, side, 1] },
        ...(kept === undefined ? {} : { kept: { data: kept, dims: [kept.length / units, units] } }),
      });
      return {
        model,
        async step(batch, kept, look = false) {
          checkStep(batch, kept, { dropout, mixed });
          const mine = shareOf(batch, kept, world);
          const { images, labels, targets } = mine.batch;
          const wanted = targets === undefined ? labels : { data: targets, dims: [labels.length, model.classes] };
          const inputs = { ...network(images, mine.kept), labels: wanted };
          const { loss, outputs, gradients } = await trainer.gradients(inputs);
          weigh(gradients, mine.weight);
          const begun = performance.now();
          await trainer.applyGradients(gradients);
          const phases = [gradients];
          while ((await trainer.inspect()).midRound) {
            const later = await trainer.gradients(inputs);
            weigh(later.gradients, mine.weight);
            phases.push(later.gradients);
            await trainer.applyGradients(later.gradients);
          }
          const seconds = (performance.now() - begun) / 1000;
          const after = await trainer.weights();
          const found = sums(before, after, gradients);
          const correct = right(outputs.logits!.data as Float32Array, mine.batch) / labels.length; // float32, as the model says
          const means = Float64Array.of(loss * mine.weight, correct * mine.weight);
          world?.sum(means);
          numbers.push({
            loss: means[0]! / (world?.size ?? 1),
            accuracy: means[1]! / (world?.size ?? 1),
            gradNorm: Math.sqrt(found.gradient),
            updateRatio: Math.sqrt(found.moved / size),
          });
          seen = look ? { before, after, gradients, phases } : undefined;
          before = after;
          size = found.size;
          return seconds;
        },
        async read() {
          const all = numbers;
          numbers = [];
          return all;
        },
        async logits(data) {
          const outputs = await trainer.predict(network(data, dropout ? ones(data) : undefined));
          return outputs.logits!.data as Float32Array; // float32, as the model says
        },
        looked: () => seen,
        weights: () => trainer.weights(),
        readout: async () => weightsIn(await trainer.exportModel(), model),
        state: async () => (await trainer.checkpoint()).optimizer,
        dispose: () => void trainer.dispose(),
      };
    },
  };
}
