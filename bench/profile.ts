import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { adamw } from "@descent/adam";
import { crossEntropy, type Runtime, Trainer } from "@descent/onnxruntime";
import { libraryOf } from "./contender.ts";
import { median } from "./measure.ts";
import { type ModelName, model } from "./models.ts";
import { STILL } from "./protocol.ts";
import { digits, table } from "./report.ts";

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
/** The most rows a table has. */
const MOST = 16;

/** Where a step's time goes on one thread, by kernel and by node, according to ONNX Runtime's profile. */
export async function profile(name: ModelName): Promise<string> {
  const folder = mkdtempSync(path.join(tmpdir(), "descent-profile-"));
  const { bytes, title, input, labels } = model(name);
  const took: number[] = [];
  try {
    const trainer = await Trainer.create(bytes, {
      optimizer: adamw({ lr: STILL }),
      loss: crossEntropy(),
      runtime: libraryOf("onnxruntime", "onnxruntime-node") as Runtime,
      sessionOptions: { intraOpNumThreads: 1, enableProfiling: true, profileFilePrefix: path.join(folder, "profile") },
    });
    for (let i = 0; i < WARM + STEPS; i++) {
      const start = performance.now();
      await trainer.trainStep({ x: input, labels });
      if (i >= WARM) took.push(performance.now() - start);
    }
    await trainer.dispose();
    const [file] = readdirSync(folder);
    if (file === undefined) return `${title}: ONNX Runtime wrote no profile.`;
    const events = JSON.parse(readFileSync(path.join(folder, file), "utf8")) as Event[]; // as ONNX Runtime writes it
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
    return [
      `## ${title}`,
      `${digits(median(took))} ms per step with the profile on, ${digits(total / 1000)} of it in kernels; medians.`,
      table(
        ["operator", ...head],
        by((e) => e.args?.op_name ?? "?"),
      ),
      table(["node", ...head], by(node)),
    ].join("\n\n");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
