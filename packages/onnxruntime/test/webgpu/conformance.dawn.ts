import { refusing, wholes } from "@descent/conformance";
import { TOGETHER } from "../../../../tests/long.ts";
import { gpuKit } from "../../../../tests/sample.ts";
import { inGraph } from "../target.ts";
import { keepDevice } from "./kept.ts";

keepDevice();

// GPUs compute cos and sin to an absolute error of 2^-11.
const lacking = wholes.filter((formula) => !formula.startsWith("eye"));
gpuKit(3).describeBackend(inGraph("webgpu"), {
  tolerance: 5e-4,
  refuses: refusing(lacking, "ONNX has no operator for it"),
  together: TOGETHER,
});
