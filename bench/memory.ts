import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { ContenderProcess } from "./contender-process.ts";
import { type Effort, load } from "./measure.ts";
import { type MemoryModel, memoryModel, memorySizes } from "./models.ts";
import { javascript, noPyTorch, pytorch } from "./processes.ts";
import type { Task, Turn } from "./protocol.ts";
import { conditions, digits, table } from "./report.ts";
import { share } from "./training.ts";

const THREADS = 2;
/** The number of first losses compared, and the relative difference allowed. */
const [CHECK, APART] = [3, 1e-3];

interface Peak extends Turn {
  readonly peak: number;
  readonly losses: readonly number[];
  readonly versions: Readonly<Record<string, string>>;
}

/** Trains in a process of its own, from the first byte of memory to the last. */
async function peakOf(
  start: () => ContenderProcess,
  task: Task & { readonly kind: "memory" },
  effort: Effort,
): Promise<Peak> {
  const process = start();
  try {
    const loaded = await process.ask({ load: task, id: "one" }, 900);
    if (!("loaded" in loaded)) throw new Error("absent" in loaded ? loaded.absent : "it did not load");
    const turn = await process.ask({ go: "one", ms: effort.turn, least: effort.least }, 900);
    if (!("times" in turn) || turn.peak === undefined) throw new Error("it took no step");
    return { ...turn, peak: turn.peak, losses: loaded.proof ?? [], versions: loaded.versions };
  } finally {
    process.close();
  }
}

/** Measures peak memory of training, and of a LoRA adapter on every linear layer. Returns the section of the report. */
export async function memory(
  names: readonly MemoryModel[],
  effort: Effort,
  say: (text: string) => void,
): Promise<string> {
  const folder = mkdtempSync(path.join(tmpdir(), "descent-bench-"));
  const without = noPyTorch();
  const before = load();
  const versions: Record<string, string> = {};
  const busy: number[] = [];
  const rows: string[][] = [];
  try {
    for (const name of names) {
      const size = memorySizes[name];
      const model = memoryModel(name);
      share(model, folder, size);
      writeFileSync(path.join(folder, "model.onnx"), model.bytes);
      for (const part of ["input", "labels"] as const) {
        const { data } = model[part];
        writeFileSync(path.join(folder, `${part}.bin`), new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
      }
      // Adapters are for linear layers.
      for (const lora of name === "resnet50" ? [false] : [false, true]) {
        const task = { kind: "memory", who: "file", folder, threads: THREADS, check: CHECK, lora } as const;
        const of = async (label: string, start: () => ContenderProcess, blocks = false): Promise<Peak> => {
          say(`${model.title}${lora ? ", LoRA" : ""}: ${label}`);
          const found = await peakOf(start, { ...task, blocks }, effort);
          Object.assign(versions, found.versions);
          busy.push(found.busy);
          return found;
        };
        const ours = await of("Descent", () => javascript());
        const again = await of("Descent, blocks computed again", () => javascript(), true);
        const torch =
          without === undefined ? await of("PyTorch", () => pytorch("torch_training.py", THREADS)) : undefined;
        // Adapters start from other random numbers, and agree at the first step alone.
        const compared = lora ? 1 : CHECK;
        const apart =
          torch && Math.max(...ours.losses.slice(0, compared).map((x, i) => Math.abs(x / torch.losses[i]! - 1))); // as many
        rows.push([
          `${model.title}${lora ? ", LoRA of rank 8 on every linear layer" : ""}`,
          megabytes(ours),
          megabytes(again),
          ...(torch ? [megabytes(torch), (ours.peak / torch.peak).toFixed(2)] : ["–", "–"]),
          digits(Math.min(...ours.times)),
          digits(Math.min(...again.times)),
          ...(torch
            ? [
                digits(Math.min(...torch.times)),
                apart! < APART ? apart!.toExponential(0) : `**${apart!.toExponential(0)}**`,
              ]
            : ["–", "–"]),
        ]);
      }
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  const average = busy.reduce((a, b) => a + b, 0) / busy.length;
  const head = [
    "",
    "Descent, MB",
    "by blocks",
    "PyTorch, MB",
    "Descent ÷ PyTorch",
    "best ms",
    "by blocks",
    "PyTorch's",
    "first losses differ",
  ];
  return [
    "## Memory of training",
    conditions({ before, after: load(), busy: [Number.NaN, average], effort, versions }),
    'The most memory that a process ever had, AdamW, two threads, onnxruntime-node and the update on the host. Each contender runs alone in a process of its own, from a file, so times are not of the same minute. “By blocks”: with `checkpoint: "blocks"`. The runtimes themselves are included: Node, and PyTorch with what its build brings (700 MB where that is the one for CUDA).',
    table(head, rows),
    ...(without === undefined ? [] : [`- PyTorch: left out, ${without}.`]),
  ].join("\n\n");
}

const megabytes = ({ peak }: Peak): string => Math.round(peak / 1e6).toLocaleString("en");
