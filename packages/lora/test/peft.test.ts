import { readFileSync } from "node:fs";
import { adamw } from "@descent/adam";
import { decodeSafetensors } from "@descent/core/adapter";
import { adapt, bitfit, lastLayers, type Method } from "@descent/lora";
import { loadAdapter } from "@descent/lora/node";
import { crossEntropy, Trainer } from "@descent/onnxruntime";
import { expect, test } from "vitest";
import { at, batches, cases, close, feeds, lr, weightDecay } from "./fixtures.ts";

const parts: Readonly<Record<string, Method>> = { bitfit: bitfit(), last: lastLayers() };

test.each(Object.entries(cases))("%s trains as PEFT does", async (name, { model, losses, logits, size }) => {
  const bytes = readFileSync(at(`${model}.onnx`));
  const adapted = adapt(bytes, parts[name] ?? (await loadAdapter(at(name))));
  expect(adapted.size).toBe(size);
  await using trainer = await Trainer.create(adapted.bytes(), {
    optimizer: adamw({ lr, weightDecay, decays: () => true }),
    loss: crossEntropy(),
  });
  const given = batches(model);
  const ours: number[] = [];
  for (const i of losses.keys()) {
    const one = given[i % given.length]!;
    ours.push((await trainer.trainStep({ ...feeds(one), labels: one.labels })).loss);
  }
  const off = ours.map((x, i) => Math.abs(x - losses[i]!));
  expect(Math.max(...off)).toBeLessThan(close);
  const { tensors } = adapted.adapter(await trainer.weights());
  const { tensors: end } = decodeSafetensors(readFileSync(at(`${name}/end.safetensors`)));
  expect(Object.keys(tensors).sort()).toEqual(
    Object.keys(end)
      .map((key) => key.replace("base_model.model.", ""))
      .sort(),
  );
  for (const [key, { shape, data }] of Object.entries(end)) {
    const own = tensors[key.replace("base_model.model.", "")]!;
    expect([key, own.shape]).toEqual([key, shape]);
    // Softmax does not see a bias of the keys: its gradient is rounding, and Adam makes steps of that.
    if (/\.key\.(base_layer\.)?bias$/.test(key)) continue;
    const errors = own.data.map((x, i) => Math.abs(x - Number(data[i])));
    expect([key, Math.max(...errors)]).toEqual([key, expect.toSatisfy((error: number) => error < close)]);
  }
  const [first] = given;
  const [output] = Object.values(await trainer.predict(feeds(first!)));
  const predicted = output!.data as Float32Array;
  expect(Math.max(...predicted.map((x, i) => Math.abs(x - logits[i]!)))).toBeLessThan(close);
});
