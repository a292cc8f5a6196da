import { describeBackend } from "@descent/conformance/vitest";
import { inGraph } from "../target.ts";

// GPUs compute cos and sin to an absolute error of 2^-11.
describeBackend(inGraph("webgpu"), { tolerance: 5e-4 });
