import { readFileSync } from "node:fs";
import * as tf from "@tensorflow/tfjs";
import { expect, test } from "vitest";
import { registerAll } from "../src/index.ts";

const folder = new URL("../../../tests/fixtures/first-release/tfjs/", import.meta.url);

test.each(["radam", "partitioned"])(
  "a model of the first release with %s inside loads, and training resumes bit for bit",
  async (name) => {
    await tf.setBackend("cpu");
    registerAll(tf);
    const { artifacts, losses, after } = JSON.parse(readFileSync(new URL(`${name}.json`, folder), "utf8")) as {
      artifacts: tf.io.ModelArtifacts & { weightData: string };
      losses: readonly number[];
      after: readonly (readonly number[])[];
    };
    const weightData = Uint8Array.from(Buffer.from(artifacts.weightData, "base64")).buffer;
    const model = await tf.loadLayersModel(tf.io.fromMemory({ ...artifacts, weightData }));
    const found: number[] = [];
    for (let s = 4; s < 7; s++) {
      const x = tf.tensor(Array.from({ length: 12 }, (_, i) => Math.cos(i + s)), [4, 3]); // biome-ignore format: two tensors
      const y = tf.tensor(Array.from({ length: 8 }, (_, i) => Math.sin(2 * i + s)), [4, 2]); // biome-ignore format: two tensors
      found.push(Number(await model.trainOnBatch(x, y)));
    }
    const weights = await Promise.all(model.getWeights().map(async (w) => [...(await w.data())]));
    expect(found).toEqual(losses);
    expect(weights).toEqual(after);
  },
);
