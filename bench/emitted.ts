import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { adamw } from "@descent/adam";
import { emit } from "@descent/dialects/emit";
import { muon } from "@descent/orthogonal";
import { machine } from "./machine.ts";
import { type Effort, load } from "./measure.ts";
import { noPyTorch, python } from "./processes.ts";
import { digits, table } from "./report.ts";

interface Task {
  readonly label: string;
  /** The name of the class, printed and in torch.optim. */
  readonly class: string;
  readonly code: string;
  readonly options: Readonly<Record<string, number>>;
  /** The same options in PyTorch's spelling. */
  readonly own: Readonly<Record<string, unknown>>;
  readonly fused: boolean;
  readonly shapes: readonly (readonly number[])[];
}

interface Answer {
  readonly torch: string;
  readonly results: readonly {
    readonly ms: Readonly<Record<string, number>>;
    readonly apart: Readonly<Record<string, number>>;
    readonly absent: Readonly<Record<string, string>>;
  }[];
}

const square = (n: number, count: number): number[][] => Array.from({ length: count }, () => [n, n]);

const adamws = (label: string, shapes: readonly (readonly number[])[]): Task => ({
  label,
  class: "AdamW",
  code: emit(adamw, "torch"),
  options: { lr: 1e-3, weight_decay: 1e-2 },
  own: { lr: 1e-3, weight_decay: 1e-2 },
  fused: true,
  shapes,
});

const muons = (label: string, shapes: readonly (readonly number[])[]): Task => ({
  label,
  class: "Muon",
  code: emit(muon, "torch"),
  options: { lr: 1e-3 },
  own: { lr: 1e-3 },
  fused: false,
  shapes,
});

/** The printed AdamW and Muon beside PyTorch's own, eager and compiled, on one thread. */
export function emitted({ rounds, turn }: Effort, say: (text: string) => void): string {
  const missing = noPyTorch();
  if (missing !== undefined) return `## Printed optimizers in PyTorch\n\nNot measured: ${missing}.`;
  const tasks = [
    adamws("AdamW, 1 tensor of 1,048,576", square(1024, 1)),
    adamws("AdamW, 50 tensors of 4,096", square(64, 50)),
    muons("Muon, 4 matrices of 256 × 256", square(256, 4)),
  ];
  say("PyTorch compiles");
  const script = fileURLToPath(new URL("torch_emitted.py", import.meta.url));
  const { stdout, stderr, status } = spawnSync(python, [script], {
    input: JSON.stringify({ tasks, rounds, turn }),
    encoding: "utf8",
    env: { ...process.env, OMP_NUM_THREADS: "1", PYTHONDONTWRITEBYTECODE: "1" },
  });
  if (status !== 0) throw new Error(stderr);
  const { torch, results } = JSON.parse(stdout) as Answer;
  const names = [...new Set(results.flatMap(({ ms }) => Object.keys(ms)))];
  const rows = results.map(({ ms }, i) => [
    tasks[i]!.label,
    ...names.map((name) => (ms[name] === undefined ? "–" : digits(ms[name]))),
  ]);
  const apart = results.map(
    ({ apart }, i) => `${tasks[i]!.class} ${Math.max(...Object.values(apart)).toExponential(0)}`,
  );
  const absent = results.flatMap(({ absent }) => Object.entries(absent).map(([name, why]) => `${name}: ${why}`));
  return [
    "## Printed optimizers in PyTorch",
    `- ${machine()}; torch ${torch}; ${new Date().toISOString().slice(0, 10)}; load average ${load().toFixed(1)} after.`,
    `Milliseconds per step on one thread, the median of ${rounds} rounds in which all have turns. The parameters after five steps differ by this share of the distance moved: ${apart.join(", ")}; PyTorch's Muon iterates in bfloat16, the printed one in float32.${absent.length > 0 ? ` Missing: ${[...new Set(absent)].join("; ")}.` : ""}`,
    table(["", ...names], rows),
  ].join("\n\n");
}
