/**
 * What a step costs, beside others' that do the same on the same machine at the same time.
 *
 *   npm run bench                              both parts below in a few minutes, with few repetitions
 *   npm run bench -- training [mlp gpt …]      forward, backward and update per step
 *   npm run bench -- step                      the update alone, by size and number of tensors
 *   npm run bench -- profile gpt …             where a training step's time goes, by operator
 *     --write          puts what was measured into bench/RESULTS.md
 *     --rounds n       turns of each contender
 *     --turn ms        length of a turn
 *
 * PyTorch takes part where DESCENT_PYTHON (or python3) has torch.
 */
import { parseArgs } from "node:util";
import type { Effort } from "./measure.ts";
import { type ModelName, modelNames } from "./models.ts";
import { profile } from "./profile.ts";
import { type Section, write } from "./report.ts";
import { step } from "./step.ts";
import { training } from "./training.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { write: { type: "boolean" }, rounds: { type: "string" }, turn: { type: "string" } },
});
const [part, ...rest] = positionals;

const isModel = (name: string): name is ModelName => (modelNames as readonly string[]).includes(name);
function fail(why: string): never {
  console.error(why);
  process.exit(1);
}
function whole(name: "rounds" | "turn", otherwise: number): number {
  const n = Number(values[name] ?? otherwise);
  return Number.isInteger(n) && n > 0 ? n : fail(`--${name} is "${values[name]}". It is a whole number, at least 1.`);
}
function models(): readonly ModelName[] {
  const unknown = rest.filter((name) => !isModel(name));
  if (unknown.length > 0) fail(`There is no model "${unknown[0]}". There are ${modelNames.join(", ")}.`);
  return rest.length > 0 ? rest.filter(isModel) : modelNames;
}
const effort = (rounds: number, turn: number): Effort => ({
  rounds: whole("rounds", rounds),
  turn: whole("turn", turn),
  least: 3,
});

/** What is being done, on a line that the next one takes. */
function say(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}
async function report(section: Section, measure: Promise<string>): Promise<void> {
  const text = await measure;
  say("");
  console.log(`${text}\n`);
  if (values.write) write(section, text);
}

const sizes = [1e4, 1e5, 1e6, 1e7];
switch (part) {
  case undefined:
    await report("training", training(modelNames, effort(3, 150), say));
    await report("step", step(sizes.slice(0, 3), effort(3, 50), say));
    break;
  case "training":
    await report("training", training(models(), effort(11, 400), say));
    break;
  case "step":
    if (rest.length > 0) fail(`"step" takes no "${rest[0]}".`);
    await report("step", step(sizes, effort(9, 100), say));
    break;
  case "profile":
    for (const name of models()) console.log(`${await profile(name)}\n`);
    break;
  default:
    fail(`There is no part "${part}". There are training, step and profile.`);
}
