#!/usr/bin/env node
import { parseArgs } from "node:util";
import { inspectModel } from "./report.ts";

const usage = `descent-onnxruntime inspect MODEL.onnx [--json]

Lists the floating tensors of a model: which are trained by default and why, their parts, and how to export the model better.`;

/** The command line, or why it cannot be read. */
function given(): { readonly help: boolean; readonly json: boolean; readonly path: string } | string {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { json: { type: "boolean" }, help: { type: "boolean", short: "h" } },
    });
    const { json = false, help = false } = values;
    const [command, path, ...more] = positionals;
    if (help) return { help, json, path: "" };
    if (command !== "inspect") return command === undefined ? "No command." : `Unknown command \`${command}\`.`;
    if (path === undefined) return "No model.";
    return more.length === 0 ? { help, json, path } : "One model at a time.";
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

const asked = given();
if (typeof asked === "string") {
  console.error(`${asked}\n\n${usage}`);
  process.exitCode = 2;
} else if (asked.help) console.log(usage);
else
  inspectModel(asked.path).then(
    (report) => console.log(asked.json ? JSON.stringify(report, undefined, 2) : String(report)),
    (error: unknown) => {
      console.error(error instanceof Error ? error.message : String(error));
      process.exitCode = 1;
    },
  );
