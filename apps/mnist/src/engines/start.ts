import type { BlockingWorld } from "@descent/core/adapter";
import type { Choice } from "../devices/device.ts";
import { oneLine, UserError } from "../errors.ts";
import type { Engine } from "./engine.ts";

/** Starts the chosen engine on its device; if it does not start, that is an error, not a fallback. */
export async function startEngine({ device, engine, what }: Choice, world?: BlockingWorld): Promise<Engine> {
  if (world && engine === "tfjs")
    throw new UserError("--ranks trains with --engine onnxruntime; TensorFlow.js in this app is one process.");
  try {
    // Only the engine that runs is loaded.
    if (engine === "tfjs") return await (await import("./start-tfjs.ts")).start(device);
    return await (await import("./start-onnxruntime.ts")).start(device, world);
  } catch (error) {
    throw new UserError(
      `--device ${device} --engine ${engine} (${what}) does not work: ${oneLine(error).replace(/\.?$/, ".")} Choose another --device or --engine.`,
      { cause: error },
    );
  }
}
