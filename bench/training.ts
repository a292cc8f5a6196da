import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { ContenderProcess } from "./contender-process.ts";
import {
  bestOf,
  type Effort,
  type Entry,
  load,
  type Match,
  type Measured,
  median,
  medianOf,
  play,
  ratio,
} from "./measure.ts";
import { type Model, type ModelName, model } from "./models.ts";
import { javascript, noPyTorch, pytorch } from "./processes.ts";
import { RATE, STILL } from "./protocol.ts";
import { conditions, digits, table } from "./report.ts";

interface Who {
  readonly who: string;
  readonly label: string;
  readonly threads: number;
  readonly start: () => ContenderProcess;
  /** The models it supports; all by default. */
  readonly models?: readonly ModelName[];
}

/** The contender that the others are compared with, on as many threads. */
const BASE = "host";
const all: readonly Who[] = [
  ...[1, 2].flatMap((threads): Who[] => [
    { who: BASE, label: "Descent, onnxruntime-node, update on the host", threads, start: javascript },
    { who: "graph", label: "Descent, onnxruntime-node, update in the graph", threads, start: javascript },
    { who: "torch", label: "PyTorch", threads, start: () => pytorch("torch_training.py", threads) },
    { who: "web", label: "Descent, onnxruntime-web in WebAssembly", threads, start: javascript },
  ]),
  { who: "tfjs descent", label: "Descent's AdamW on tfjs-wasm", threads: 1, start: javascript, models: ["mlp", "cnn"] },
  { who: "tfjs adam", label: "tf.train.adam on tfjs-wasm", threads: 1, start: javascript, models: ["mlp", "cnn"] },
];

/** Writes weights and batch for a process that cannot build the model itself. */
export function share({ weights, input, labels }: Model, folder: string, size: object = {}): void {
  let at = 0;
  const parts: Uint8Array[] = [];
  const place = (data: Float32Array | BigInt64Array, shape: readonly number[]) => {
    const spec = { at, shape, type: data instanceof Float32Array ? "float32" : "int64" };
    parts.push(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    at += data.byteLength;
    return spec;
  };
  const spec = {
    rate: RATE,
    still: STILL,
    size,
    input: place(input.data, input.dims),
    labels: place(labels.data, labels.dims),
    weights: weights.map(({ name, turned, shape, data }) => ({ name, turned, ...place(data, shape) })),
  };
  writeFileSync(path.join(folder, "data.bin"), Buffer.concat(parts));
  writeFileSync(path.join(folder, "spec.json"), JSON.stringify(spec));
}

/** The number of first losses compared, and the relative difference allowed: AdamW without decay still counts as a peer. */
const [CHECK, APART] = [5, 1e-3];

/** The largest relative difference between the first losses. */
function apart({ proof }: Measured, base: Measured): number {
  return Math.max(...proof.map((loss, i) => Math.abs(loss / base.proof[i]! - 1))); // of as many steps
}

const stepsOf = ({ turns }: Measured): string => String(turns.reduce((n, { times }) => n + times.length, 0));

/** Whether Descent is as fast as PyTorch on one thread, which is the aim. */
function aim(matches: readonly { readonly name: ModelName; readonly match: Match }[]): string {
  const found = matches.flatMap(({ name, match }) => {
    const of = (who: string) => match.measured.find(({ entry }) => entry.task.who === who && entry.threads === 1);
    const [torch, base] = [of("torch"), of(BASE)];
    return torch && base ? [{ name, r: ratio(torch, base) }] : [];
  });
  if (found.length === 0) return "";
  const text = found.map(({ name, r }) => `${name} ${r.median.toFixed(2)} (best steps ${r.best.toFixed(2)})`);
  const behind = found.filter(({ r }) => r.best < 1).map(({ name }) => name);
  const why =
    behind.length === 0
      ? ""
      : ` Below 1, PyTorch is faster: ${behind.join(", ")}; [why](README.md#where-pytorch-is-faster).`;
  return `**PyTorch's time ÷ Descent's, one thread:** ${text.join(", ")}.${why}`;
}

function section(title: string, { measured, absent }: Match, missing: readonly string[]): string {
  const base = (threads: number): Measured | undefined =>
    measured.find(({ entry }) => entry.task.who === BASE && entry.threads === threads);
  const rows = measured.map((one) => {
    const { entry } = one;
    const against = base(entry.threads);
    const difference = against && apart(one, against);
    const cells = [entry.label, String(entry.threads), digits(medianOf(one)), digits(bestOf(one))];
    if (against === undefined || one === against) return [...cells, "1", "1", "", stepsOf(one)];
    const r = ratio(one, against);
    const range = r.range.map((x) => x.toFixed(2)).join("–");
    return [
      ...cells,
      `${r.median.toFixed(2)} (${range})`,
      r.best.toFixed(2),
      difference!.toExponential(0),
      stepsOf(one),
    ];
  });
  const wrong = measured.filter((one) => {
    const against = base(one.entry.threads);
    return against !== undefined && !(apart(one, against) < APART);
  });
  const head = ["", "threads", "median ms", "best ms", "÷ host", "best ÷ best", "losses differ", "steps"];
  const lines = [`### ${title}`, table(head, rows)];
  const out = [
    ...wrong.map(({ entry }) => `- ${entry.label}: its first losses differ, so the times do not compare.`),
    ...missing.map((text) => `- ${text}`),
    ...absent.map(({ entry, why }) => `- ${entry.label}, threads ${entry.threads}: left out, ${why}.`),
  ];
  return [...lines, ...(out.length > 0 ? [out.join("\n")] : [])].join("\n\n");
}

/** Measures a whole training step: forward, backward and update. Returns the section of the report. */
export async function training(
  names: readonly ModelName[],
  effort: Effort,
  say: (text: string) => void,
): Promise<string> {
  const folder = mkdtempSync(path.join(tmpdir(), "descent-bench-"));
  const without = noPyTorch();
  const entries = all.filter(({ who }) => who !== "torch" || without === undefined);
  const processes = entries.map(({ start }) => start());
  const before = load();
  const matches: { readonly name: ModelName; readonly title: string; readonly match: Match }[] = [];
  try {
    for (const name of names) {
      const built = model(name);
      share(built, folder);
      const players = entries.flatMap(({ who, label, threads, models }, i): Entry[] => {
        const task = { kind: "training", who, model: name, folder, threads, check: CHECK } as const;
        const entry = { id: `${who} ${threads}`, label, threads, process: processes[i]!, task }; // one for each
        return models?.includes(name) === false ? [] : [entry];
      });
      const match = await play(players, effort, (text) => say(`${name}, ${text}`));
      matches.push({ name, title: built.title, match });
    }
  } finally {
    for (const one of processes) one.close();
    rmSync(folder, { recursive: true, force: true });
  }
  const after = load();
  const missing = without === undefined ? [] : [`PyTorch: left out, ${without}.`];
  const measured = matches.flatMap(({ match }) => match.measured);
  const busy = [1, 2].map((threads) =>
    median(measured.filter(({ entry }) => entry.threads === threads).flatMap(({ turns }) => turns.map((t) => t.busy))),
  );
  const versions = Object.assign({}, ...matches.map(({ match }) => match.versions)) as Record<string, string>;
  return [
    "## Training: forward, backward and AdamW, per step",
    conditions({ before, after, busy, effort, versions }),
    ...[aim(matches)].filter((text) => text !== ""),
    "“Median”: of the rounds' median steps. “÷ host”: how many times as long as Descent's update on the host, with as many threads, in the same round; the middle half of the rounds in brackets. “Best”: the fastest step, which other work disturbs least. “Losses differ”: the largest relative difference between the losses of the first five steps, from the same weights on the same batch; tf.train.adam has no weight decay. PyTorch runs eagerly, with `foreach` AdamW and its fused attention.",
    ...matches.map(({ title, match }) => section(title, match, missing)),
  ].join("\n\n");
}
