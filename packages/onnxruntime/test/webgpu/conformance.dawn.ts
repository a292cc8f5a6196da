import { refusing, wholes } from "@descent/conformance";
import { describeGpu } from "../../../../tests/sample.ts";
import { inGraph } from "../target.ts";
import { keepDevice } from "./kept.ts";

keepDevice();

// GPUs compute cos and sin to an absolute error of 2^-11.
const lacking = wholes.filter((formula) => !formula.startsWith("eye"));
// Each tensor has operators of its own in the graph, and each size of tensor programs of its own.
describeGpu(inGraph("webgpu"), {
  turn: 3,
  slow: /^steps a hundred tensors/,
  tolerance: 5e-4,
  refuses: refusing(lacking, "ONNX has no operator for it"),
});
