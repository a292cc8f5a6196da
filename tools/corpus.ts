/**
 * Trains every file of a corpus (goldens/onnx/corpus.py writes one) with default options, and compares the loss, every gradient, and
 * the losses and weights of ten steps of AdamW with PyTorch's.
 *
 *   npm run corpus -- FOLDER             prints the table; a run that was stopped continues
 *   npm run corpus -- FOLDER --write     writes it to packages/onnxruntime/CORPUS.md as well
 *   npm run corpus -- FOLDER --only gpt  files whose names match
 */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
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
const kept = join(folder, "outcomes.json");
const code = await hashed();
const versions = new Set<string>();
if (existsSync(kept)) {
  // The table is of one version of the code.
  const before: { code: string; outcomes: [string, Outcome][] } = JSON.parse(await readFile(kept, "utf8"));
  if (before.code === code) for (const [key, outcome] of before.outcomes) outcomes.set(key, outcome);
}
const only = new RegExp(values.only);
const keys = (await readdir(folder)).filter((f) => f.endsWith(".onnx")).map((f) => f.replace(/\.onnx$/, ""));
for (const key of keys.sort()) {
  if (!only.test(key)) continue;
  const wanted = await reference(join(folder, `${key.replace(/\.[^.]+$/, "")}.safetensors`));
  versions.add(wanted.torch);
  const outcome = outcomes.get(key) ?? (await follow(join(folder, `${key}.onnx`), wanted));
  outcomes.set(key, outcome);
  await writeFile(kept, JSON.stringify({ code, outcomes: [...outcomes] }));
  console.log(`${key}: ${outcome.verdict} ${outcome.detail.slice(0, 400)}`);
}
if (versions.size > 1)
  throw new Error(`The folder has files of PyTorch ${[...versions].join(" and ")}; export them all with one.`);
const shown = new Map(keys.filter((key) => only.test(key)).map((key) => [key, outcomes.get(key)!])); // all were followed
const listed = join(folder, "cases.json");
const cases: readonly string[] = existsSync(listed) ? JSON.parse(await readFile(listed, "utf8")) : [];
const table = markdown(shown, { torch: [...versions][0] ?? "", code: code.slice(0, 12), cases: cases.length });
console.log(table);
if (values.write) await writeFile(new URL("../packages/onnxruntime/CORPUS.md", import.meta.url), table);

/** A hash of everything that decides on an outcome. */
async function hashed(): Promise<string> {
  const hash = createHash("sha256");
  for (const part of [
    "packages/onnx/src",
    "packages/onnxruntime/src",
    "packages/core/src",
    "packages/arrays/src",
    "tools/corpus",
  ]) {
    const root = fileURLToPath(new URL(`../${part}`, import.meta.url));
    // How outcomes are shown decides on none.
    const files = (await readdir(root, { recursive: true })).filter((f) => f.endsWith(".ts") && f !== "table.ts");
    for (const file of files.sort()) hash.update(file).update(await readFile(join(root, file)));
  }
  return hash.digest("hex");
}
