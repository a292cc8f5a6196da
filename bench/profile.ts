import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { adamw } from "@descent/adam";
import { adapt, lora } from "@descent/lora";
import { crossEntropy, type Runtime, Trainer } from "@descent/onnxruntime";
import { libraryOf } from "./contender.ts";
import { machine } from "./machine.ts";
import { load, median } from "./measure.ts";
import { type MemoryCase, type ModelName, memoryModel, memorySizes, model, modelOf, targetsOf } from "./models.ts";
import { noPyTorch, python } from "./processes.ts";
import { STILL } from "./protocol.ts";
import { digits, table } from "./report.ts";
import { share } from "./training.ts";

type Shapes = readonly Readonly<Record<string, readonly number[]>>[];
/** An event in ONNX Runtime's profile: one node's kernel, in microseconds. */
interface Event {
  readonly cat?: string;
  readonly name?: string;
  readonly dur?: number;
  readonly args?: {
    readonly op_name?: string;
    readonly input_type_shape?: Shapes;
    readonly output_type_shape?: Shapes;
  };
}

const [WARM, STEPS] = [10, 40];
/** The same of a larger model. */
const [FEW_WARM, FEW_STEPS] = [1, 3];
/** The most rows a table has. */
const MOST = 16;

const isLarge = (name: ModelName | MemoryCase): name is MemoryCase => name.replace("-lora", "") in memorySizes;

/** PyTorch's operators by their own time in a step, by its profiler. */
function ofPyTorch(task: object, warm: number, steps: number): string[][] {
  const script = path.join(import.meta.dirname, "torch_profile.py");
  const said = execFileSync(python, [script, "1", JSON.stringify(task), String(warm), String(steps)], {
    env: { ...process.env, OMP_NUM_THREADS: "1", PYTHONDONTWRITEBYTECODE: "1" },
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  const rows = JSON.parse(said.trim().split("\n").at(-1)!) as { name: string; us: number; count: number }[]; // our script's
  const total = rows.reduce((sum, { us }) => sum + us, 0);
  return rows
    .slice(0, MOST)
    .map(({ name, us, count }) => [name, digits(us), `${((us / total) * 100).toFixed(1)} %`, String(count)]);
}

/**
 * Where a step's time goes on one thread, by kernel and by node, according to ONNX Runtime's profile, and by operator
 * according to PyTorch's. The section of the report has no nodes.
 */
export async function profile(name: ModelName | MemoryCase): Promise<{ whole: string; section: string }> {
  const folder = mkdtempSync(path.join(tmpdir(), "descent-profile-"));
  const large = isLarge(name);
  const built = large ? memoryModel(modelOf(name)) : model(name);
  const { title, input, labels } = built;
  const adapted = name.endsWith("-lora");
  const bytes = adapted
    ? adapt(built.bytes, lora({ rank: 8, alpha: 16, targets: targetsOf(name as MemoryCase) })).model // it has the ending
    : built.bytes;
  const [warm, steps] = large ? [FEW_WARM, FEW_STEPS] : [WARM, STEPS];
  const profiles = path.join(folder, "profiles");
  mkdirSync(profiles);
  const took: number[] = [];
  try {
    const trainer = await Trainer.create(bytes, {
      optimizer: adamw({ lr: STILL }),
      loss: crossEntropy(),
      outputs: [],
      runtime: libraryOf("onnxruntime", "onnxruntime-node") as Runtime,
      sessionOptions: {
        intraOpNumThreads: 1,
        enableProfiling: true,
        profileFilePrefix: path.join(profiles, "profile"),
      },
    });
    for (let i = 0; i < warm + steps; i++) {
      const start = performance.now();
      await trainer.trainStep({ x: input, labels });
      if (i >= warm) took.push(performance.now() - start);
    }
    await trainer.dispose();
    const [file] = readdirSync(profiles);
    if (file === undefined) throw new Error(`${title}: ONNX Runtime wrote no profile.`);
    const events = JSON.parse(readFileSync(path.join(profiles, file), "utf8")) as Event[]; // as ONNX Runtime writes it
    const nodes = new Map<string, { readonly event: Event; readonly times: number[] }>();
    for (const event of events) {
      if (event.cat !== "Node" || !event.name?.endsWith("_kernel_time")) continue;
      const one = nodes.get(event.name);
      if (one === undefined) nodes.set(event.name, { event, times: [event.dur ?? 0] });
      else one.times.push(event.dur ?? 0);
    }
    // The median per node, so that other work on the machine matters little.
    const kernels = [...nodes.values()].map(({ event, times }) => ({ event, us: median(times) }));
    const total = kernels.reduce((sum, { us }) => sum + us, 0);
    const by = (key: (e: Event) => string): string[][] => {
      const sums = new Map<string, { us: number; count: number }>();
      for (const { event, us } of kernels) {
        const one = sums.get(key(event)) ?? { us: 0, count: 0 };
        sums.set(key(event), { us: one.us + us, count: one.count + 1 });
      }
      return [...sums]
        .sort(([, x], [, y]) => y.us - x.us)
        .slice(0, MOST)
        .map(([k, { us, count }]) => [k, digits(us), `${((us / total) * 100).toFixed(1)} %`, String(count)]);
    };
    const shapes = (of: Shapes | undefined): string =>
      (of ?? []).map((one) => Object.values(one)[0]?.join("×") || "scalar").join(", ");
    const node = ({ name = "", args }: Event): string =>
      `${name.replace("_kernel_time", "")}: ${shapes(args?.input_type_shape)} → ${shapes(args?.output_type_shape)}`;
    const head = ["µs per step", "share", "nodes"];
    const without = noPyTorch();
    share(built, folder, large ? memorySizes[modelOf(name)] : {});
    const task = { model: name, folder, check: 1, lora: adapted, targets: large ? targetsOf(name) : [] };
    const torch = without === undefined ? ofPyTorch(task, warm, steps) : undefined;
    const shown = [
      `### ${title}${adapted ? ", LoRA of rank 8" : ""}`,
      `${digits(median(took))} ms per step with the profile on, ${digits(total / 1000)} of it in ONNX Runtime's kernels; medians.`,
      table(
        ["ONNX Runtime's operator", ...head],
        by((e) => e.args?.op_name ?? "?"),
      ),
      torch ? table(["PyTorch's operator", "µs per step", "share", "calls"], torch) : `PyTorch: left out, ${without}.`,
    ];
    return { whole: [...shown, table(["node", ...head], by(node))].join("\n\n"), section: shown.join("\n\n") };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The section of the report. */
export function profilesSection(sections: readonly string[]): string {
  return [
    "## Where the time of a step goes, beside PyTorch",
    `- ${machine()}; ${new Date().toISOString().slice(0, 10)}; load average ${load().toFixed(1)} after.`,
    "One thread. Each runtime's own profile; an operator's time is without that of those it calls.",
    ...sections,
  ].join("\n\n");
}
