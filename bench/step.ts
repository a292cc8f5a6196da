import { javascript, noPyTorch, pytorch } from "./contestants.ts";
import { type Effort, type Entry, load, type Measured, median, medianOf, play, ratio } from "./measure.ts";
import { digits, table } from "./report.ts";
import { conditions } from "./training.ts";

/** Who lives in one process: those that would disturb each other do not. */
type Home = "arrays" | "by hand" | "tfjs descent" | "tfjs adam" | "torch";
interface Who {
  readonly who: string;
  readonly label: string;
  readonly home: Home;
  /** What it is compared with. */
  readonly base: string;
}

const all: readonly Who[] = [
  { who: "arrays adamw", label: "Descent AdamW, arrays of `allocate`", home: "arrays", base: "arrays adamw" },
  { who: "arrays adamw, ordinary", label: "Descent AdamW, ordinary arrays", home: "arrays", base: "arrays adamw" },
  { who: "tfjs descent", label: "Descent AdamW on tfjs-wasm", home: "tfjs descent", base: "arrays adamw" },
  { who: "by hand", label: "AdamW as a loop by hand", home: "by hand", base: "arrays adamw" },
  { who: "tfjs adam", label: "tf.train.adam on tfjs-wasm", home: "tfjs adam", base: "arrays adamw" },
  { who: "torch foreach", label: "PyTorch AdamW, foreach", home: "torch", base: "arrays adamw" },
  { who: "torch fused", label: "PyTorch AdamW, fused", home: "torch", base: "arrays adamw" },
  { who: "arrays clip", label: "Descent, clipped AdamW", home: "arrays", base: "arrays clip" },
  { who: "torch clip", label: "PyTorch, clipped AdamW", home: "torch", base: "arrays clip" },
  { who: "arrays momentum", label: "Descent momentum", home: "arrays", base: "arrays momentum" },
  { who: "torch momentum", label: "PyTorch SGD with momentum", home: "torch", base: "arrays momentum" },
];

/** The update alone, on one thread. Returns the section of the report. */
export async function step(totals: readonly number[], effort: Effort, say: (text: string) => void): Promise<string> {
  const without = noPyTorch();
  const players = all.filter(({ home }) => home !== "torch" || without === undefined);
  const homes = new Map(
    [...new Set(players.map(({ home }) => home))].map((home) => [
      home,
      home === "torch" ? pytorch("torch_step.py", 1) : javascript(),
    ]),
  );
  const before = load();
  const busy: number[] = [];
  const absent = new Set(without === undefined ? [] : [`PyTorch: left out, ${without}.`]);
  const versions: Record<string, string> = {};
  const found = new Map<string, Measured>();
  const columns = [1, 200].flatMap((count) => totals.map((total) => ({ count, total })));
  try {
    for (const { count, total } of columns) {
      const entries = players.map(({ who, label, home }): Entry => {
        const task = { kind: "step", who, count, size: total / count } as const;
        return { id: who, label, threads: 1, process: homes.get(home)!, task }; // a process for every home
      });
      const match = await play(entries, effort, (text) => say(`${count} × ${total / count}, ${text}`));
      Object.assign(versions, match.versions);
      for (const { entry, why } of match.absent)
        absent.add(`${entry.label}: left out of ${count} × ${total / count}, ${why}.`);
      for (const one of match.measured) {
        found.set(`${one.entry.id} ${count} ${total}`, one);
        busy.push(...one.turns.map((t) => t.busy));
      }
    }
  } finally {
    for (const one of homes.values()) one.close();
  }
  const tables = [1, 200].map((count) => {
    const rows = players.map(({ who, label, base }) => [
      label,
      ...totals.map((total) => {
        const one = found.get(`${who} ${count} ${total}`);
        const against = found.get(`${base} ${count} ${total}`);
        if (one === undefined) return "–";
        const ns = digits((medianOf(one) * 1e6) / total);
        return against === undefined || one === against ? ns : `${ns} (${digits(ratio(one, against).median)}×)`;
      }),
    ]);
    const title =
      count === 1 ? "One tensor of so many parameters" : `${count} equal tensors, so many parameters in all`;
    return `### ${title}\n\n${table(["ns per parameter", ...totals.map((n) => n.toExponential(0).replace("+", ""))], rows)}`;
  });
  return [
    "## The update alone, on one thread",
    conditions({ before, after: load(), busy: [median(busy)], effort, versions }),
    "Medians; in brackets how many times as long as Descent's own update on arrays of `allocate` by the same rule, in the same round. tf.train.adam has no weight decay.",
    ...tables,
    ...(absent.size > 0 ? [[...absent].map((text) => `- ${text}`).join("\n")] : []),
  ].join("\n\n");
}
