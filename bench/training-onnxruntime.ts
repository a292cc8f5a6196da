import { adamw } from "@descent/adam";
import { crossEntropy, type Runtime, Trainer } from "@descent/onnxruntime";
import { type Contender, libraryOf, versionOf } from "./contender.ts";
import { model } from "./models.ts";
import { RATE, STILL, type Task } from "./protocol.ts";

/** Descent's trainer, with the update on the host or in the graph, native or in WebAssembly. */
export async function training(task: Task & { readonly kind: "training" }): Promise<Contender> {
  const { bytes, input, labels } = model(task.model);
  const web = task.who === "web";
  const library = web ? "onnxruntime-web" : "onnxruntime-node";
  const runtime = libraryOf("onnxruntime", library) as Runtime & { env: { wasm: { numThreads: number } } }; // either is one
  if (web) runtime.env.wasm.numThreads = task.threads;
  const trainer = await Trainer.create(bytes, {
    optimizer: adamw({ lr: RATE, weightDecay: 0.01, decays: () => true }), // of every parameter, as in PyTorch
    loss: crossEntropy(),
    runtime,
    executionProviders: [web ? "wasm" : "cpu"],
    sessionOptions: { intraOpNumThreads: task.threads },
    plan: task.who === "graph" ? "graph" : "host",
  });
  const batch = { x: input, labels };
  const losses: number[] = [];
  for (let i = 0; i < task.check; i++) losses.push((await trainer.trainStep(batch)).loss);
  trainer.set({ lr: STILL });
  return {
    step: () => trainer.trainStep(batch),
    proof: losses,
    versions: { [library]: versionOf("onnxruntime", library) },
    dispose: () => trainer.dispose(),
  };
}
