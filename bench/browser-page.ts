// The training that browser.ts starts in the page.
import { adamw } from "@descent/adam";
import { adapt, lora } from "@descent/lora";
import { crossEntropy, type Runtime, Trainer } from "@descent/onnxruntime";

/** A batch as it comes through JSON. */
export interface Batch {
  readonly dims: readonly number[];
  readonly numbers: readonly number[];
}

/** Trains LoRA adapters of /model.onnx, and gives the losses and each step's milliseconds. */
export async function train(
  batch: { readonly x: Batch; readonly labels: Batch },
  { targets, steps, rate }: { readonly targets: readonly string[]; readonly steps: number; readonly rate: number },
): Promise<{ readonly losses: readonly number[]; readonly ms: readonly number[] }> {
  const place = `${location.origin}/ort.wasm.min.mjs`; // beside the page
  const runtime = (await import(place)) as Runtime & { readonly env: { readonly wasm: { numThreads: number } } }; // it is one
  runtime.env.wasm.numThreads = 2;
  const { model } = adapt(
    new Uint8Array(await (await fetch("/model.onnx")).arrayBuffer()),
    lora({ rank: 8, alpha: 16, targets }),
  );
  const trainer = await Trainer.create(model, {
    optimizer: adamw({ lr: rate }),
    loss: crossEntropy(),
    outputs: [],
    runtime,
    executionProviders: ["wasm"],
  });
  const fed = ({ dims, numbers }: Batch) => ({ dims, data: BigInt64Array.from(numbers, BigInt) });
  const given = { x: fed(batch.x), labels: fed(batch.labels) };
  const [losses, ms]: [number[], number[]] = [[], []];
  for (let i = 0; i < steps; i++) {
    const start = performance.now();
    losses.push((await trainer.trainStep(given)).loss);
    ms.push(performance.now() - start);
  }
  await trainer.dispose();
  return { losses, ms };
}
