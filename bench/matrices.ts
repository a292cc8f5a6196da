import { rule } from "@descent/core";
import { apply, formula, type Macro } from "@descent/core/graph";
import { onnxMatmul } from "@descent/onnxruntime";
import { muon } from "@descent/orthogonal";
import { soap } from "@descent/preconditioned";
import type { ContenderProcess } from "./contender-process.ts";
import { elements } from "./elements.ts";
import { machine } from "./machine.ts";
import { type Effort, load } from "./measure.ts";
import { noPyTorch, pytorch } from "./processes.ts";
import type { MatrixTask } from "./protocol.ts";
import { digits, table } from "./report.ts";
import { type Compared, compare, ours, type Turn } from "./turns.ts";

const quintic = formula({ A: "x @ x'", B: "-4.775 * A + 2.0315 * A @ A", y: "3.4445 * x + B @ x" });
/** The fifteen products of five Newton–Schulz iterations, and the sums between them. */
const products: Macro = ({ rows, cols }, given) => {
  let x = rows > cols ? apply("transpose", given!) : given!; // called with one argument
  for (let k = 0; k < 5; k++) x = quintic(x);
  return rows > cols ? apply("transpose", x) : x;
};
const plain = { paper: "", hyper: { scale: 1e-9 }, state: {} };
const alone = rule({
  ...plain,
  id: "bench/products",
  title: "Products",
  macros: { products },
  update: { p: "products(scale * g)" },
});
const qr = rule({ ...plain, id: "bench/qr", title: "QR", update: { p: "p - scale * qr(g)" } });
const eigh = rule({ ...plain, id: "bench/eigh", title: "eigh", update: { p: "p - scale * eigh(g + g')" } });
/** Shampoo whose roots are taken every ten steps. */
const shampoo = rule({
  id: "bench/shampoo",
  title: "Shampoo",
  paper: "https://arxiv.org/abs/1802.09568",
  hyper: { lr: 1e-9, eps: 1e-4, every: 10 },
  state: {
    L: { place: ["rows", "rows"], init: 0 },
    R: { place: ["cols", "cols"], init: 0 },
    left: { place: ["rows", "rows"], init: "eye" },
    right: { place: ["cols", "cols"], init: "eye" },
  },
  before: [
    { L: "L + g @ g'", R: "R + g' @ g" },
    {
      when: "t % every == 0",
      left: "inverseRoot(L + eps * eye(rows), 4)",
      right: "inverseRoot(R + eps * eye(cols), 4)",
    },
  ],
  update: { p: "p - lr * left @ g @ right" },
});

/** Milliseconds of a turn so long that one is enough. */
const LONG = 1000;
/** Of contenders with such turns, what the first took. PyTorch's Muon takes a minute per step on a processor without bfloat16. */
const once = new Map<string, number>();

/** PyTorch at the same work, which is `group` steps where not all cost the same. */
function torch(python: ContenderProcess | undefined, task: MatrixTask, group = 1): (() => Promise<Turn>) | undefined {
  if (!python) return undefined;
  const id = `${task.work} ${task.rows} ${task.cols}`;
  return async () => {
    const answer = await python.ask({ load: task, id });
    if ("absent" in answer) throw new Error(answer.absent);
    return async (ms, least) => {
      const known = once.get(id);
      if (known !== undefined) return known;
      const start = performance.now();
      const turn = await python.ask({ go: id, ms, least });
      if (!("times" in turn)) throw new Error(`PyTorch answered ${JSON.stringify(turn)}`);
      const sum = turn.times.reduce((total, ms) => total + ms, 0);
      const taken = ((sum / turn.times.length) * turn.busy) / group;
      if (performance.now() - start > LONG + ms) once.set(id, taken);
      return taken;
    };
  };
}

/** The cost of rules of matrices beside PyTorch and beside their products alone, on one thread, of state in fewer bytes, and of random numbers. */
export async function matrices(effort: Effort, say: (text: string) => void): Promise<string> {
  const missing = noPyTorch();
  const python = missing === undefined ? pytorch("torch_matrices.py", 1) : undefined;
  const matmul = await onnxMatmul({ threads: 1 });
  const task = (work: MatrixTask["work"], rows: number, cols: number): MatrixTask => ({
    kind: "matrices",
    work,
    rows,
    cols,
  });
  const rows: string[][] = [];
  const add = async (
    label: string,
    own: Turn,
    base: Turn | undefined,
    other: (() => Promise<Turn>) | undefined,
  ): Promise<void> => {
    say(label);
    const them = await other?.().catch((error: unknown) => say(`PyTorch: ${String(error)}`));
    const [mine, products, theirs] = await compare([own, base ?? own, ...(them ? [them] : [])], effort);
    const beside = (x: Compared | undefined): string => (x ? `${digits(x.ms)} (${digits(x.times)}×)` : "–");
    rows.push([label, digits(mine!.ms), base ? beside(products) : "–", beside(theirs)]);
  };
  for (const [height, width] of [
    [256, 1024],
    [1024, 1024],
  ] as const) {
    await add(
      `the products of Muon alone, ${height} × ${width}`,
      ours(alone(), height, width),
      undefined,
      torch(python, task("products", height, width)),
    );
    for (const [name, options] of [
      ["own loops", {}],
      ...(matmul ? ([["ONNX Runtime", { matmul }]] as const) : []),
    ] as const)
      await add(
        `Muon ${height} × ${width}, products by ${name}`,
        ours(muon({ lr: 1e-9 }), height, width, options),
        ours(alone(), height, width, options),
        torch(python, task("muon", height, width)),
      );
  }
  for (const n of [128, 512])
    for (const [work, title, make] of [
      ["shampoo", "Shampoo", shampoo()],
      ["soap", "SOAP", soap({ lr: 1e-9 })],
    ] as const)
      await add(
        `${title} ${n} × ${n}, new roots or bases every ten steps`,
        ours(make, n, n, {}, 10),
        undefined,
        torch(python, task(work, n, n), 10),
      );
  for (const n of [128, 256, 512]) {
    await add(`qr ${n} × ${n}`, ours(qr(), n, n), undefined, torch(python, task("qr", n, n)));
    await add(`eigh ${n} × ${n}`, ours(eigh(), n, n), undefined, torch(python, task("eigh", n, n)));
  }
  python?.close();
  return [
    "## Rules of matrices, state in fewer bytes, and random numbers",
    `- ${machine()}; ${new Date().toISOString().slice(0, 10)}; load average ${load().toFixed(1)} after.${missing === undefined ? "" : ` PyTorch: ${missing}.`}`,
    "Milliseconds of one core per step, waiting for it left out, the median of rounds; in brackets how many times as long Descent takes, the median of ratios within a round. PyTorch's functions of matrices are LAPACK's in float32, Descent's in float64. torch.optim.Muon iterates in bfloat16, for which few processors have instructions; the products alone are float32 in both. Shampoo and SOAP are those of pytorch_optimizer.",
    table(["", "Descent on arrays", "the products alone", "PyTorch"], rows),
    ...(await elements(effort, say)),
  ].join("\n\n");
}
