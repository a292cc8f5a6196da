import { readFileSync } from "node:fs";
import path from "node:path";
import { adamw } from "@descent/adam";
import { keepMemory, native } from "@descent/native";
import { crossEntropy, type Runtime, Trainer } from "@descent/onnxruntime";
import { type Contender, libraryOf, versionOf } from "./contender.ts";
import { RATE, STILL, type Task } from "./protocol.ts";

interface Place {
  readonly at: number;
  readonly shape: readonly number[];
  readonly type: "float32" | "int64";
}

/** Descent's trainer on a file, as people run it. */
export async function memory({
  folder,
  threads,
  check,
  lora,
  targets,
  blocks = false,
  kept = false,
}: Task & { readonly kind: "memory" }): Promise<Contender> {
  const file = path.join(folder, "model.onnx");
  const spec = JSON.parse(readFileSync(path.join(folder, "spec.json"), "utf8")) as Record<"input" | "labels", Place>; // as `share` writes it
  const batch = (name: "input" | "labels"): { data: BigInt64Array | Float32Array; dims: readonly number[] } => {
    const { shape, type } = spec[name];
    const { buffer } = Uint8Array.from(readFileSync(path.join(folder, `${name}.bin`)));
    return { data: type === "float32" ? new Float32Array(buffer) : new BigInt64Array(buffer), dims: shape };
  };
  const adapted = async () => {
    const { adapt, lora: method } = await import("@descent/lora");
    return adapt(readFileSync(file), method({ rank: 8, alpha: 16, targets })).model;
  };
  const refused = kept ? keepMemory() : undefined;
  if (refused !== undefined) throw new Error(refused);
  const machineCode = await native({ threads });
  const trainer = await Trainer.create(lora ? await adapted() : file, {
    optimizer: adamw({ lr: RATE, weightDecay: 0.01, decays: () => true }), // of every parameter, as in PyTorch
    loss: crossEntropy(),
    outputs: [], // as in PyTorch, whose logits go with the step
    checkpoint: blocks ? "blocks" : undefined,
    runtime: libraryOf("onnxruntime", "onnxruntime-node") as Runtime,
    sessionOptions: { intraOpNumThreads: threads },
    native: machineCode,
  });
  const fed = { x: batch("input"), labels: batch("labels") };
  const losses: number[] = [];
  for (let i = 0; i < check; i++) losses.push((await trainer.trainStep(fed)).loss);
  await trainer.set({ lr: STILL });
  return {
    step: () => trainer.trainStep(fed),
    proof: losses,
    versions: {
      "onnxruntime-node": versionOf("onnxruntime", "onnxruntime-node"),
      "machine code by": machineCode.compiler ?? "no compiler",
    },
    dispose: () => trainer.dispose(),
  };
}
