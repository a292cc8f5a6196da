import { parseArgs } from "node:util";
import type { InspectOptions } from "./report.ts";

export const usage = `descent-onnxruntime inspect MODEL.onnx [--fixed INPUT=VALUE] [--shapes INPUT=SIZES] [--json]

Lists the floating tensors of a model: which are trained by default and why, their parts, and how to export the model better.

  --fixed sr=16000               the value of an input that never changes; several numbers are apart by commas
  --shapes images=batch,3,32,32  sizes that the model leaves open, as numbers or names; no sizes for a single number

Both may be given for several inputs.`;

/** A command line that can be run. */
export interface Asked {
  readonly help: boolean;
  readonly json: boolean;
  readonly path: string;
  readonly options: Pick<InspectOptions, "fixed" | "shapes">;
}

/** The command line, or why it cannot be read. */
export function readCommand(args: readonly string[]): Asked | string {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        fixed: { type: "string", multiple: true },
        shapes: { type: "string", multiple: true },
        json: { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    });
    const { json = false, help = false } = values;
    const [command, path, ...more] = positionals;
    if (help) return { help, json, path: "", options: {} };
    if (command !== "inspect") return command === undefined ? "No command." : `Unknown command \`${command}\`.`;
    if (path === undefined) return "No model.";
    if (more.length > 0) return "One model at a time.";
    const fixed = byInput("--fixed", values.fixed, "sr=16000", numberOf);
    const shapes = byInput("--shapes", values.shapes, "images=batch,3,32,32", sizeOf);
    return { help, json, path, options: { ...(fixed && { fixed }), ...(shapes && { shapes }) } };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** The values of an option by input; undefined where it is not given. A name may hold "=", so the last one ends it. */
function byInput<T>(
  option: string,
  all: readonly string[] | undefined,
  example: string,
  read: (text: string) => T | undefined,
): Readonly<Record<string, readonly T[]>> | undefined {
  if (all === undefined) return undefined;
  const found = new Map<string, readonly T[]>();
  for (const text of all) {
    const at = text.lastIndexOf("=");
    const name = text.slice(0, at);
    const parts = text.slice(at + 1);
    const list = parts === "" ? [] : parts.split(",").map((part) => read(part.trim()));
    if (at < 1 || list.includes(undefined) || (option === "--fixed" && list.length === 0))
      throw new Error(`\`${option}\` must be like ${example}; got ${text}.`);
    if (found.has(name)) throw new Error(`\`${option}\` gives \`${name}\` twice.`);
    found.set(name, list as readonly T[]); // none is undefined
  }
  return Object.fromEntries(found);
}

/** A number that an input is fixed to. */
function numberOf(text: string): number | bigint | boolean | undefined {
  if (text === "true" || text === "false") return text === "true";
  if (/^[+-]?\d+$/.test(text)) return BigInt(text);
  return text === "" || Number.isNaN(Number(text)) ? undefined : Number(text);
}

/** A size, by number or name. */
function sizeOf(text: string): number | string | undefined {
  if (/^\d+$/.test(text)) return Number(text);
  return /^[A-Za-z_]/.test(text) ? text : undefined;
}
