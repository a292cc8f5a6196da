import { adamw } from "@descent/adam";
import { crossEntropy, type Runtime, Trainer } from "@descent/onnxruntime";
import { type Callback, diagnose, fit, type Model, withGradients } from "@descent/training";
import { libraryOf } from "./contender.ts";
import { machine } from "./machine.ts";
import { load, median } from "./measure.ts";
import { type ModelName, model, modelNames } from "./models.ts";
import { digits, table } from "./report.ts";

const STEPS = 200;

/** Milliseconds of processor per step of a run of `fit`. */
async function taken(net: Model<unknown>, batch: unknown, callbacks: readonly Callback[]): Promise<number> {
  const from = process.cpuUsage();
  await fit(net, { data: () => Array<unknown>(STEPS).fill(batch), epochs: 1, callbacks });
  const { user, system } = process.cpuUsage(from);
  return (user + system) / 1e3 / STEPS;
}

/** The price of `diagnose` in `fit` over a Trainer, with the default `every` after the first updates, and with every update read. */
export async function diagnosing(rounds: number, say: (text: string) => void): Promise<string> {
  const runtime = libraryOf("onnxruntime", "onnxruntime-node") as Runtime; // it is one
  const rows: string[][] = [];
  for (const name of modelNames as readonly ModelName[]) {
    const { bytes, input, labels, title } = model(name);
    const trainer = await Trainer.create(bytes, {
      optimizer: adamw({ lr: 1e-6 }),
      loss: crossEntropy(),
      runtime,
      sessionOptions: { intraOpNumThreads: 1 },
    });
    const parameters = trainer.parameters.map((one) => one.name);
    const plain = Object.keys(await trainer.weights()).every((one) => parameters.includes(one));
    const batch = { x: input, labels };
    const net = plain
      ? ((await withGradients(trainer as never)) as Model<unknown>)
      : (trainer as unknown as Model<unknown>);
    const quiet = { onFinding: () => {} };
    const kinds: readonly (() => readonly Callback[])[] = [
      () => [],
      () => [diagnose(quiet)],
      () => [diagnose({ ...quiet, every: 1 })],
    ];
    const times: number[][] = kinds.map(() => []);
    await taken(net, batch, []);
    for (let round = 0; round < rounds; round++)
      for (const [i, kind] of kinds.entries()) {
        say(`${title}: round ${round + 1} of ${rounds}`);
        times[i]!.push(await taken(net, batch, kind()));
      }
    const [none = [], some = [], all = []] = times;
    const over = (these: readonly number[]): string => digits(median(these.map((x, round) => x / none[round]!))); // as many rounds
    rows.push([plain ? title : `${title}, loss and data alone`, digits(median(none)), over(some), over(all)]);
    await trainer.dispose();
  }
  return [
    "## The price of diagnose",
    `- ${machine()}; ${new Date().toISOString().slice(0, 10)}; load average ${load().toFixed(1)} after; medians of ${rounds} rounds of ${STEPS} updates each, of which the first ten are all read; ratios compare turns of the same round.`,
    table(["", "ms of processor per step of `fit`", "with `diagnose()`, times", "with `every: 1`, times"], rows),
  ].join("\n\n");
}
