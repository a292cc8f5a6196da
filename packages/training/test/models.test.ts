import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import * as tf from "@tensorflow/tfjs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ModelIO, registerFiles } from "../src/node/index.ts";

const folder = mkdtempSync(path.join(tmpdir(), "models-"));
afterAll(() => rmSync(folder, { recursive: true }));
beforeAll(async () => void (await tf.setBackend("cpu")));

const made = (): tf.LayersModel => {
  const model = tf.sequential({
    layers: [tf.layers.dense({ units: 3, inputShape: [2], activation: "tanh" }), tf.layers.dense({ units: 1 })],
  });
  model.compile({ optimizer: tf.train.adam(0.1), loss: "meanSquaredError" });
  return model;
};
const predicted = (model: tf.LayersModel): number[] => [...(model.predict(tf.tensor2d([[1, 2], [-3, 0.5]])) as tf.Tensor).dataSync()]; // biome-ignore format: one line

test("a model of TensorFlow.js is saved to a folder and loaded from it in plain Node, with its optimizer if asked", async () => {
  registerFiles(tf);
  registerFiles(tf); // once more changes nothing
  const model = made();
  await model.fit(tf.tensor2d([[1, 2], [3, 4]]), tf.tensor2d([[1], [2]]), { epochs: 3, verbose: 0 }); // biome-ignore format: one line
  const place = path.join(folder, "deep", "with space");
  const { modelArtifactsInfo } = await model.save(`file://${place}`, { includeOptimizer: true });
  expect(modelArtifactsInfo).toMatchObject({ modelTopologyType: "JSON", weightDataBytes: readFileSync(path.join(place, "weights.bin")).length }); // biome-ignore format: one line
  expect(readdirSync(place).sort()).toEqual(["model.json", "weights.bin"]);
  const loaded = await tf.loadLayersModel(`file://${place}/model.json`);
  expect(predicted(loaded)).toEqual(predicted(model));
  // A relative address is of the working directory, as with tfjs-node.
  const again = await tf.loadLayersModel(`file://${path.relative(process.cwd(), place)}/model.json`);
  expect(predicted(again)).toEqual(predicted(model));
  expect((loaded.optimizer as unknown as { getWeights(): Promise<unknown[]> }).getWeights).toBeDefined();
  const { weightsManifest, trainingConfig, format } = JSON.parse(readFileSync(path.join(place, "model.json"), "utf8"));
  expect(format).toBe("layers-model");
  expect(trainingConfig.optimizer_config.class_name).toBe("Adam");
  expect(weightsManifest[0].weights.some(({ group }: { group?: string }) => group === "optimizer")).toBe(true);
});

test("folders of several weight files load, as the converter of TensorFlow writes them", async () => {
  const model = made();
  const place = path.join(folder, "shards");
  await model.save(`file://${place}`);
  const json = JSON.parse(readFileSync(path.join(place, "model.json"), "utf8"));
  const bytes = readFileSync(path.join(place, "weights.bin"));
  writeFileSync(path.join(place, "group1-shard1of2.bin"), bytes.subarray(0, 10));
  writeFileSync(path.join(place, "group1-shard2of2.bin"), bytes.subarray(10));
  json.weightsManifest[0].paths = ["group1-shard1of2.bin", "group1-shard2of2.bin"];
  writeFileSync(path.join(place, "model.json"), JSON.stringify(json));
  expect(predicted(await tf.loadLayersModel(pathToFileURL(path.join(place, "model.json")).href))).toEqual(
    predicted(model),
  );
});

test("other files are refused by name, and addresses that are not of files are left to others", async () => {
  const file = path.join(folder, "bad.json");
  writeFileSync(file, "no model");
  await expect(tf.loadLayersModel(`file://${file}`)).rejects.toThrow(
    `\`${file}\` is not a model of TensorFlow.js, because it is not JSON`,
  );
  writeFileSync(file, "{}");
  await expect(tf.loadLayersModel(`file://${file}`)).rejects.toThrow("has no `modelTopology`");
  await expect(tf.loadLayersModel(`file://${file}.missing`)).rejects.toThrow("ENOENT");
  await expect(made().save("elsewhere://x")).rejects.toThrow("Cannot find any save handlers");
});

test("where addresses of files are known already, nothing is registered", () => {
  const known = {
    io: { ...tf.io, registerSaveRouter: () => expect.unreachable(), registerLoadRouter: () => expect.unreachable() },
  };
  registerFiles(known as unknown as ModelIO);
});
