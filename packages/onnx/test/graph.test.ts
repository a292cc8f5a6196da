import { describe, expect, test } from "vitest";
import { Graph } from "../src/index.ts";

describe("a graph", () => {
  test("tells the type of every output at once, the batch by its name", () => {
    const g = new Graph();
    const x = g.input("x", { elem: "float32", shape: ["batch", 12, 64] });
    const [flat = ""] = g.op("Reshape", [x, g.ints([-1, 64])]);
    expect(g.type(flat)).toEqual({ elem: "float32", shape: ["12 * batch", 64] });
    const [shape = ""] = g.op("Shape", [x]);
    expect(g.symbolic(shape)?.entries).toEqual(["batch", 12, 64]);
    const [back = ""] = g.op("Reshape", [flat, shape]);
    expect(g.type(back).shape).toEqual(["batch", 12, 64]);
  });
});
