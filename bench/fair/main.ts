/**
 * Twelve rules beside one another with equal effort: each gets five rates, √10 apart, and one run at each; the best by the loss
 * of validation data is trained from three other seeds and tested.
 *
 *   npm run compare:fair               goes on where it was interrupted; writes bench/FAIR.md when all runs are there
 *   npm run compare:fair -- --fresh    forgets earlier runs
 */
import { fork } from "node:child_process";
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { machine } from "../machine.ts";
import { type Contender, contenders } from "./contenders.ts";
import { type Run, train } from "./run.ts";
import { bestOf, SEEDS, SWEEP, section } from "./table.ts";
import { type Task, tasks } from "./tasks.ts";

const folder = new URL("../../.cache/fair/", import.meta.url);
const names = Object.keys(tasks) as Task["name"][]; // a record of them

/** The runs that are there, of all processes. A line that was cut short by an interruption does not count. */
function runs(): Run[] {
  if (!existsSync(folder)) return [];
  const lines = readdirSync(folder).flatMap((file) => readFileSync(new URL(file, folder), "utf8").split("\n"));
  return lines.flatMap((line) => {
    try {
      return [JSON.parse(line) as Run]; // written below
    } catch {
      return [];
    }
  });
}

const pairs = names.flatMap((name) => contenders.map((contender) => ({ name, contender })));

/** Carries out every `of`-th pair of a task and a rule, without repeating runs that are there. */
async function work(part: number, of: number): Promise<void> {
  const found = runs();
  const file = new URL(`${part}.jsonl`, folder);
  if (existsSync(file) && !readFileSync(file, "utf8").endsWith("\n")) appendFileSync(file, "\n");
  const once = async (task: Task, contender: Contender, what: Pick<Run, "part" | "rate" | "seed">): Promise<Run> => {
    const same = (run: Run): boolean =>
      run.task === task.name &&
      run.rule === contender.name &&
      run.steps === task.steps &&
      run.part === what.part &&
      run.rate === what.rate &&
      run.seed === what.seed;
    const before = found.find(same);
    if (before) return before;
    const run = await train(task, contender, what);
    appendFileSync(file, `${JSON.stringify(run)}\n`);
    console.log(`${run.task} ${run.rule} ${run.part} ${run.rate}, seed ${run.seed}: ${run.loss}, ${run.seconds.toFixed(1)} s`); // biome-ignore format: one line
    return run;
  };
  for (const name of names) {
    const task = await tasks[name]();
    for (const { contender } of pairs.filter((pair, i) => i % of === part && pair.name === name)) {
      const sweep: Run[] = [];
      for (const rate of contender.rates) sweep.push(await once(task, contender, { part: "sweep", rate, seed: SWEEP }));
      const { rate } = bestOf(sweep);
      for (const seed of SEEDS) await once(task, contender, { part: "final", rate, seed });
    }
  }
}

const apart = (part: number, of: number): Promise<void> =>
  new Promise((done, fail) => {
    const child = fork(process.argv[1]!, [], { env: { ...process.env, DESCENT_FAIR_SHARE: `${part}/${of}` } });
    child.on("error", fail);
    child.on("close", (code) => (code === 0 ? done() : fail(new Error(`The share ${part}/${of} ended with ${code}.`))));
  });

const share = process.env.DESCENT_FAIR_SHARE;
if (share !== undefined) {
  const [part = 0, of = 1] = share.split("/").map(Number);
  await work(part, of);
} else {
  const wrong = process.argv.slice(2).find((word) => word !== "--fresh");
  if (wrong !== undefined) throw new Error(`compare:fair takes --fresh and nothing else; got ${wrong}.`);
  if (process.argv.includes("--fresh")) rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const processes = availableParallelism();
  await Promise.all(Array.from({ length: processes }, (_, part) => apart(part, processes)));
  const all = runs();
  const built = await Promise.all(names.map((name) => tasks[name]()));
  const seconds = all.reduce((sum, run) => sum + run.seconds, 0);
  const notes = contenders.flatMap(({ name, note }) => (note === undefined ? [] : [`\`${name}\`: ${note}.`]));
  const text = [
    "# Twelve rules with equal effort",
    "Written by `npm run compare:fair`, which goes on where it was interrupted.",
    [
      `- ${machine()}; ${new Date().toISOString().slice(0, 10)}. ${all.length} runs, each on one thread and ${processes} at a time, took ${Math.round(seconds / processes / 60)} minutes on a machine with other work.`,
      `- Every rule gets five rates, √10 apart, and a run at each, from the same weights with the same batches. The best by the loss of validation data is trained from ${SEEDS.length} other seeds, of weights and batches, and tested. “Edge”: the best rate is the first or the last of the five, so another may be better still.`,
      "- Rates rise for a tenth of the steps, then fall to 0 along half a cosine. No rule decays weights; all other options are the defaults.",
      `- ${notes.join(" ")}`,
      "- So short a training says who is fast at the start, not who generalizes best in the end.",
    ].join("\n"),
    ...built.map((task) => section(task, contenders, all)),
  ].join("\n\n");
  writeFileSync(new URL("../FAIR.md", import.meta.url), `${text}\n`);
  console.log(text);
}
