import { allocate, optimizer } from "@descent/arrays";
import { configured, type Equations } from "@descent/core/adapter";
import { apply, formula, type Macro } from "@descent/core/graph";
import { onnxMatmul } from "@descent/onnxruntime";
import type { Tensor2D } from "@tensorflow/tfjs-core";
import { machine } from "./machine.ts";
import { type Effort, load, median } from "./measure.ts";
import { digits, table } from "./report.ts";
import { tfjsOn } from "./training-tfjs.ts";

const normalized = formula({ y: "x / (norm(x) + 1e-7)" });
const quintic = formula({ A: "x @ x'", B: "-4.775 * A + 2.0315 * A @ A", y: "3.4445 * x + B @ x" });
const orthogonalize: Macro = ({ rows, cols }, given) => {
  let x = normalized(rows > cols ? apply("transpose", given!) : given!); // called with one argument
  for (let k = 0; k < 5; k++) x = quintic(x);
  return rows > cols ? apply("transpose", x) : x;
};

const kinds = ["m @ g", "m @ g'", "g @ g'", "orthogonalize(g)"] as const;
type Kind = (typeof kinds)[number];
/** The number of n × n products in each. */
const counts: Readonly<Record<Kind, number>> = { "m @ g": 1, "m @ g'": 1, "g @ g'": 1, "orthogonalize(g)": 15 };

type Run = () => void;

/** A product as an update rule, with the overhead of a whole update. */
async function ours(kind: Kind, n: number, onnx: boolean): Promise<Run> {
  const matmul = onnx ? await onnxMatmul({ threads: 1 }) : undefined;
  if (onnx && !matmul) throw new Error("onnxruntime-node is not there");
  const update: Equations = { p: kind };
  const rule = {
    id: "product",
    title: kind,
    paper: "",
    hyper: { start: 0.01 },
    state: { m: "start" },
    update,
    macros: { orthogonalize },
  };
  const { parameters, gradients } = allocate({ w: [n, n] });
  for (let i = 0; i < n * n; i++) gradients.w[i] = Math.sin(i);
  const opt = optimizer(parameters, configured(rule, {}), { matmul });
  return () => opt.update(gradients);
}

async function theirs(kind: Kind, n: number): Promise<Run> {
  const tf = await tfjsOn("wasm");
  const [m, g] = [
    tf.fill([n, n], 0.01) as Tensor2D,
    tf.tensor2d(
      Float32Array.from({ length: n * n }, (_, i) => Math.sin(i)),
      [n, n],
    ),
  ];
  const run: Readonly<Record<Kind, () => Tensor2D>> = {
    "m @ g": () => tf.matMul(m, g),
    "m @ g'": () => tf.matMul(m, g, false, true),
    "g @ g'": () => tf.matMul(g, g, false, true),
    "orthogonalize(g)": () => {
      let x = g.div<Tensor2D>(g.norm().add(1e-7));
      for (let k = 0; k < 5; k++) {
        const a = tf.matMul(x, x, false, true);
        const b = a.mul(-4.775).add<Tensor2D>(tf.matMul(a, a).mul(2.0315));
        x = x.mul(3.4445).add<Tensor2D>(tf.matMul(b, x));
      }
      return x;
    },
  };
  return () => tf.tidy(() => void run[kind]());
}

const contenders: Readonly<Record<string, (kind: Kind, n: number) => Promise<Run>>> = {
  "Descent, own loops": (kind, n) => ours(kind, n, false),
  "Descent, ONNX Runtime": (kind, n) => ours(kind, n, true),
  "tfjs, wasm": theirs,
};

/** The cost of products of square matrices on one thread, alone and in Newton–Schulz iterations, all in one process. */
export async function products(sizes: readonly number[], effort: Effort, say: (text: string) => void): Promise<string> {
  const rows: string[][] = [];
  for (const kind of kinds)
    for (const n of sizes) {
      const times: number[][] = [];
      const runs = await Promise.all(Object.values(contenders).map((make) => make(kind, n)));
      for (const run of runs) run();
      for (let round = 0; round < effort.rounds; round++)
        for (const [i, run] of runs.entries()) {
          say(`${kind}, ${n}: round ${round + 1} of ${effort.rounds}`);
          const end = performance.now() + effort.turn;
          const turn: number[] = [];
          while (turn.length < effort.least || performance.now() < end) {
            const start = performance.now();
            run();
            turn.push(performance.now() - start);
          }
          (times[i] ??= []).push(...turn);
        }
      const best = times.map((t) => Math.min(...t));
      const rate = (ms: number): string => digits((counts[kind] * 2 * n ** 3) / ms / 1e6);
      rows.push([
        `\`${kind}\` ${n}`,
        ...times.flatMap((t, i) => [digits(median(t)), digits(best[i]!), rate(best[i]!)]),
      ]);
    }
  const names = Object.keys(contenders);
  return [
    "## Products of matrices",
    `- ${machine()}; ${new Date().toISOString().slice(0, 10)}; load average ${load().toFixed(1)} after.`,
    "An update by this rule, n × n, on one thread: milliseconds (median, best) and GFLOPS of the best, each product counted in full although symmetric ones are computed by half.",
    table(["", ...names.flatMap((name) => [name, "best", "GFLOPS"])], rows),
  ].join("\n\n");
}
