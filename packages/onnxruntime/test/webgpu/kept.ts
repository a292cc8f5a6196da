import { exportModel, Graph } from "@descent/onnx";
import * as ort from "onnxruntime-node";
import { beforeAll } from "vitest";

/** Keeps a session open for the tests of a file: while one lives, so do the device and the shaders compiled for it. */
export function keepDevice(): void {
  beforeAll(async () => {
    const graph = new Graph();
    graph.input("x", { elem: "float32", shape: [1] });
    graph.op("Neg", ["x"], {}, ["y"]);
    graph.output("y");
    const session = await ort.InferenceSession.create(exportModel(graph), { executionProviders: ["webgpu"] });
    return () => session.release();
  });
}
