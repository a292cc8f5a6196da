import type { Choice } from "../devices/device.ts";
import { oneLine, UserError } from "../errors.ts";
import type { Engine } from "./engine.ts";

/** Starts the engine chosen on its device. One that does not start is an error, never another one. */
export async function startEngine({ device, engine, what }: Choice): Promise<Engine> {
  try {
    // Only the engine that runs is loaded.
    const { start } = await (engine === "tfjs" ? import("./start-tfjs.ts") : import("./start-onnxruntime.ts"));
    return await start(device);
  } catch (error) {
    throw new UserError(
      `--device ${device} --engine ${engine} (${what}) does not work: ${oneLine(error).replace(/\.?$/, ".")} Choose another with --device or --engine.`,
      { cause: error },
    );
  }
}
