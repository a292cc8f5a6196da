import type { Choice } from "../devices/device.ts";
import { oneLine, UserError } from "../errors.ts";
import type { Engine } from "./engine.ts";

/** Starts the chosen engine on its device; if it does not start, that is an error, not a fallback. */
export async function startEngine({ device, engine, what }: Choice): Promise<Engine> {
  try {
    // Only the engine that runs is loaded.
    const { start } = await (engine === "tfjs" ? import("./start-tfjs.ts") : import("./start-onnxruntime.ts"));
    return await start(device);
  } catch (error) {
    throw new UserError(
      `--device ${device} --engine ${engine} (${what}) does not work: ${oneLine(error).replace(/\.?$/, ".")} Choose another --device or --engine.`,
      { cause: error },
    );
  }
}
