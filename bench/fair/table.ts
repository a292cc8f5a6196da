import { digits, table } from "../report.ts";
import type { Contender } from "./contenders.ts";
import type { Run } from "./run.ts";
import type { Task } from "./tasks.ts";

/** Seeds of weights and batches: the one that rates are tried with, and those that the best is trained with. */
export const [SWEEP, SEEDS] = [0, [1, 2, 3]] as const;

const lossOf = ({ loss }: Run): number => loss ?? Number.POSITIVE_INFINITY;
export const bestOf = (sweep: readonly Run[]): Run => sweep.reduce((a, b) => (lossOf(b) < lossOf(a) ? b : a));

const rateOf = (rate: number): string => (rate < 1e-2 ? rate.toExponential() : String(rate));
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** The rows of one task, the lowest mean loss first. */
export function section(task: Task, contenders: readonly Contender[], runs: readonly Run[]): string {
  const rows = contenders.map((contender) => {
    const own = runs.filter(({ task: of, rule }) => of === task.name && rule === contender.name);
    const sweep = own.filter(({ part }) => part === "sweep").sort((a, b) => a.rate - b.rate);
    const final = own.filter(({ part }) => part === "final");
    const best = bestOf(sweep);
    const edge = best === sweep[0] || best === sweep.at(-1) ? " (edge)" : "";
    const losses = final.map(lossOf);
    const mean = losses.reduce((a, b) => a + b, 0) / losses.length;
    const tried = sweep.map((run) => {
      const text = `${rateOf(run.rate)}: ${run.loss === null ? "–" : digits(run.loss)}`;
      return run === best ? `**${text}**` : text;
    });
    const accuracy = final.reduce((sum, run) => sum + run.accuracy, 0) / final.length;
    const cells = [
      `\`${contender.name}\``,
      tried.join(" · "),
      `${rateOf(best.rate)}${edge}`,
      digits(mean),
      `${digits(Math.min(...losses))}–${digits(Math.max(...losses))}`,
      percent(accuracy),
    ];
    return { mean, cells };
  });
  const head = ["rule", "loss of validation data by rate", "best rate", "test loss", "of three seeds", "right"];
  return [
    `### ${task.title}`,
    `${task.steps} steps on ${task.data}.`,
    table(
      head,
      rows.sort((a, b) => a.mean - b.mean).map(({ cells }) => cells),
    ),
  ].join("\n\n");
}
