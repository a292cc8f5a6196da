import { describeGradients } from "./gradient-cases.ts";

describeGradients(
  "on the wasm backend, with the missing and wrong kernels supplied, gradients are those of the cpu backend",
  true,
);
