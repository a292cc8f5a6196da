/**
 * How many steps each rule needs to the goal of each problem, for CONVERGENCE.md.
 *
 *   npm run convergence                 the rules that are missing or have changed
 *   npm run convergence -- adam muon    these rules
 */
import { fork } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { find, load, rules } from "@descent/catalogue";
import { machine } from "../machine.ts";
import { type Found, fingerprint, outdated, RESULTS, type Results, readResults } from "./page.ts";
import { problems } from "./problems.ts";
import { best, type Outcome } from "./run.ts";

/** Of a child: the rules to run come as arguments, and each is reported when it is done. */
async function work(names: readonly string[]): Promise<void> {
  const all = await problems();
  for (const name of names) {
    const rule = await load(name);
    const began = performance.now();
    const outcomes: Record<string, Outcome | null> = {};
    for (const problem of all) outcomes[problem.name] = best(problem, rule) ?? null;
    const found: Found = {
      rule: fingerprint(find(name)!), // it was loaded
      seconds: Math.round(performance.now() - began) / 1000,
      outcomes,
    };
    process.send!([rule.id, found]); // started by the parent
  }
}

const asked = process.argv.slice(2);
if (process.send && process.env.DESCENT_CONVERGENCE) {
  await work(asked);
  process.disconnect();
} else {
  const unknown = asked.filter((name) => !find(name));
  if (unknown.length > 0) throw new Error(`There is no rule ${unknown.join(", ")}.`);
  const known = existsSync(RESULTS) ? readResults().rules : {};
  const about = (await problems()).map(({ name, about, budget }) => ({ name, about, budget }));
  const before: Results = {
    problems: about,
    machine: machine(),
    date: new Date().toISOString().slice(0, 10),
    rules: known,
  };
  const names = asked.length > 0 ? asked : outdated(rules, before).filter((name) => find(name));
  const now: Record<string, Found> = { ...known };
  /** Saves the results so far, in the order of the catalogue, so that an interruption loses nothing. */
  const save = (): void => {
    const ordered = rules.flatMap(({ id }) => (now[id] ? [[id, now[id]] as const] : []));
    const lines = ordered.map(([id, found]) => `    ${JSON.stringify(id)}: ${JSON.stringify(found)}`);
    const head = JSON.stringify({ ...before, rules: undefined }, null, 2).replace(/\n}$/, "");
    writeFileSync(RESULTS, `${head},\n  "rules": {\n${lines.join(",\n")}\n  }\n}\n`);
  };
  const processes = Math.min(availableParallelism(), names.length);
  await Promise.all(
    Array.from(
      { length: processes },
      (_, part) =>
        new Promise<void>((done, fail) => {
          const own = names.filter((_, i) => i % processes === part);
          const child = fork(process.argv[1]!, own, { env: { ...process.env, DESCENT_CONVERGENCE: "1" } });
          child.on("message", (message) => {
            const [id, found] = message as [string, Found]; // sent above
            now[id] = found;
            save();
            console.log(`${id}: ${found.seconds} s`);
          });
          child.on("error", fail);
          child.on("close", (code) => (code === 0 ? done() : fail(new Error(`A process ended with ${code}.`))));
        }),
    ),
  );
  save();
  console.log("Now run `npm run docs`, which writes CONVERGENCE.md.");
}
