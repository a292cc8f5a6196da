#!/usr/bin/env node
import { inspectModel } from "./report.ts";

const usage = `descent-onnxruntime inspect MODEL.onnx [--json]

Lists the floating tensors of a model: which are trained by default and why, their parts, and how to export the model better.`;

const [command, path, ...flags] = process.argv.slice(2);
if (command !== "inspect" || path === undefined || flags.some((flag) => flag !== "--json")) {
  console.error(usage);
  process.exitCode = 2;
} else {
  inspectModel(path).then(
    (report) => console.log(flags.includes("--json") ? JSON.stringify(report, undefined, 2) : String(report)),
    (error: unknown) => {
      console.error(error instanceof Error ? error.message : String(error));
      process.exitCode = 1;
    },
  );
}
