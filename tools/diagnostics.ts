// Breaks trainings on purpose, and trains twenty optimizers as they should be, to see what `diagnose` names. Writes
// packages/training/DIAGNOSTICS.md; takes a minute.
// usage: npm run diagnostics
import { writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { broken, dataOf } from "../packages/training/test/diagnosed/broken.ts";
import { healthy, net, STEPS, seeds, worlds } from "../packages/training/test/diagnosed/healthy.ts";
import { clusters } from "../packages/training/test/diagnosed/net.ts";
import { diagnosed } from "../packages/training/test/diagnosed/run.ts";
import { type Named, page } from "./diagnostics-page.ts";

const file = path.join(path.dirname(fileURLToPath(import.meta.url)), "../packages/training/DIAGNOSTICS.md");

const named: Named[] = [];
for (const one of broken) {
  const runs = [];
  for (const seed of seeds) {
    const how = { net: one.net, data: dataOf(one), seed, shuffle: one.shuffle ?? true };
    const { findings } = await diagnosed({ ...how, rule: one.rule(), steps: one.within });
    const cured = one.cure && (await diagnosed({ ...how, rule: one.cure(), steps: STEPS })).findings;
    runs.push({ findings, cured });
  }
  named.push({ ...one, runs });
  process.stderr.write(`${one.name}\n`);
}

const alarms: Record<string, string[]> = {};
for (const [name, rule] of Object.entries(healthy)) {
  alarms[name] = [];
  for (const world of worlds)
    for (const seed of seeds) {
      const { findings } = await diagnosed({
        net,
        rule: rule(),
        data: clusters({ ...world, seed }),
        steps: STEPS,
        seed,
      });
      alarms[name].push(findings.map((one) => one.name).join(", "));
    }
  process.stderr.write(`${name}\n`);
}
writeFileSync(file, page(named, alarms));

const missed = named.filter(({ found, runs }) =>
  runs.some(({ findings }) => !findings.some(({ name }) => name === found)),
);
const raised = Object.entries(alarms).filter(([, all]) => all.some((names) => names !== ""));
const wrong = named.filter(({ runs }) => runs.some(({ cured = [] }) => cured.length > 0));
if (missed.length + raised.length + wrong.length > 0) {
  console.error(
    "Not named:",
    missed.map(({ name }) => name),
    "false alarms:",
    raised,
    wrong.map(({ name }) => name),
  );
  process.exitCode = 1;
}
