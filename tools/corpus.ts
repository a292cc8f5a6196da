/**
 * Trains every file of a corpus (goldens/onnx/corpus.py writes one) with default options, and compares the loss, every gradient and
 * ten steps of AdamW with PyTorch's.
 *
 *   npm run corpus -- FOLDER             prints the table
 *   npm run corpus -- FOLDER --write     writes it to packages/onnxruntime/CORPUS.md as well
 *   npm run corpus -- FOLDER --only gpt  files whose names match
 */
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { follow, type Outcome, reference } from "./corpus/follow.ts";
import { markdown } from "./corpus/table.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { write: { type: "boolean", default: false }, only: { type: "string", default: "" } },
});
const [folder] = positionals;
if (folder === undefined)
  throw new Error("Name the folder that goldens/onnx/corpus.py wrote: npm run corpus -- FOLDER");

const outcomes = new Map<string, Outcome>();
for (const file of (await readdir(folder)).filter((f) => f.endsWith(".onnx")).sort()) {
  const key = file.replace(/\.onnx$/, "");
  if (!new RegExp(values.only).test(key)) continue;
  const outcome = await follow(
    join(folder, file),
    await reference(join(folder, `${key.replace(/\.[^.]+$/, "")}.safetensors`)),
  );
  outcomes.set(key, outcome);
  console.log(`${key}: ${outcome.verdict} ${outcome.detail.slice(0, 400)}`);
}
console.log(markdown(outcomes));
if (values.write) await writeFile(new URL("../packages/onnxruntime/CORPUS.md", import.meta.url), markdown(outcomes));
