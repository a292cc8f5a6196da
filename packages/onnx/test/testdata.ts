import { existsSync, readdirSync } from "node:fs";

/** ONNX's own backend tests, which Debian packs: `apt-get install libonnx-testdata`. */
export const testdata: string = process.env.ONNX_TESTDATA ?? "/usr/share/libonnx-testdata/data";
export const hasTestdata: boolean = existsSync(testdata);

/** Every file of the test data with this ending. */
export function files(ending: string, folder = ""): string[] {
  if (!hasTestdata) return [];
  return readdirSync(`${testdata}/${folder}`, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(ending))
    .sort()
    .map((file) => `${testdata}/${folder}${file}`);
}

export const fixtures = ["lenet", "resnet", "gpt_o17"] as const;
/** PyTorch's exports with more than the batch open, by fixtures/dynamic.py. */
export const dynamic = [
  "dynamic_encoder",
  "dynamic_attention",
  "dynamic_recurrent",
  "dynamic_unet",
  "dynamic_mixed",
] as const;
export const fixture = (name: string): string => `${import.meta.dirname}/fixtures/${name}.onnx`;
