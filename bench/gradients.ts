import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { adamw } from "@descent/adam";
import { crossEntropy, type Runtime, Trainer } from "@descent/onnxruntime";
import { sgd } from "@descent/sgd";
import { libraryOf, versionOf } from "./contender.ts";
import { machine } from "./machine.ts";
import { median } from "./measure.ts";
import {
  type MemoryModel,
  type Model,
  type ModelName,
  memoryModel,
  memorySizes,
  model,
  smoothResNet50,
} from "./models.ts";
import { noPyTorch, python } from "./processes.ts";
import { RATE } from "./protocol.ts";
import { table } from "./report.ts";
import { share } from "./training.ts";

/** The steps whose losses are compared. */
const STEPS = 10;
/** The first is what `training` and `memory` compare; the second does not divide by the size of gradients. */
const RULES = [
  ["adamw", RATE],
  ["sgd", 1e-3],
] as const;
/** Descent's error may be this many times PyTorch's, as both add up the same numbers in float32, in other orders; or this, some ten roundings. */
const [TIMES, FLOOR] = [3, 1e-6];

const optimizers = {
  adamw: (lr: number) => adamw({ lr, weightDecay: 0.01, decays: () => true }),
  sgd: (lr: number) => sgd({ lr }),
};

interface Found {
  readonly first: Readonly<Record<"float32" | "float64", number>>;
  readonly errors: readonly { readonly name: string; readonly ours: number; readonly peer: number }[];
  readonly losses: Readonly<
    Record<keyof typeof optimizers, Readonly<Record<"float32" | "float64", readonly number[]>>>
  >;
  readonly version: string;
}

async function trainer(bytes: Uint8Array, [rule, rate]: (typeof RULES)[number]): Promise<Trainer> {
  return Trainer.create(bytes, {
    optimizer: optimizers[rule](rate),
    loss: crossEntropy(),
    outputs: [],
    runtime: libraryOf("onnxruntime", "onnxruntime-node") as Runtime,
  });
}

/** ResNet-50 with GELU. */
const SMOOTH = "resnet50-smooth";
type Name = ModelName | MemoryModel | typeof SMOOTH;
const isLarge = (name: Name): name is MemoryModel => name in memorySizes;
/** The model, and its size as PyTorch is told. */
function built(name: Name): { readonly model: Model; readonly size: object } {
  if (name === SMOOTH) return { model: smoothResNet50(), size: { ...memorySizes.resnet50, smooth: true } };
  return isLarge(name) ? { model: memoryModel(name), size: memorySizes[name] } : { model: model(name), size: {} };
}
const exponential = (x: number): string => (x === 0 ? "0" : x.toExponential(1));
const apart = (x: number, truth: number): number => Math.abs(x / truth - 1);

async function one(
  name: Name,
  say: (text: string) => void,
): Promise<{ readonly title: string; readonly text: string; readonly version: string }> {
  const { model: of, size } = built(name);
  const batch = { x: of.input, labels: of.labels };
  const folder = mkdtempSync(path.join(tmpdir(), "descent-gradients-"));
  try {
    share(of, folder, size);
    say(`${name}: Descent`);
    const losses = new Map<string, readonly number[]>();
    let first = Number.NaN;
    for (const [i, rule] of RULES.entries()) {
      const training = await trainer(of.bytes, rule);
      if (i === 0) {
        const { loss, gradients } = await training.gradients(batch);
        first = loss;
        const parts = of.weights.map(({ name: weight }) => {
          const { buffer, byteOffset, byteLength } = gradients[weight]!; // of every weight of the model
          return new Uint8Array(buffer, byteOffset, byteLength);
        });
        writeFileSync(path.join(folder, "gradients.bin"), Buffer.concat(parts));
      }
      const found: number[] = [];
      for (let k = 0; k < STEPS; k++) found.push((await training.trainStep(batch)).loss);
      losses.set(rule[0], found);
      await training.dispose();
    }
    say(`${name}: PyTorch`);
    const task = { model: name, folder, rules: RULES, steps: STEPS };
    const script = path.join(import.meta.dirname, "torch_gradients.py");
    const said = execFileSync(python, [script, "2", JSON.stringify(task)], {
      env: { ...process.env, PYTHONDONTWRITEBYTECODE: "1" },
      encoding: "utf8",
      stdio: ["ignore", "pipe", "inherit"],
    });
    const found = JSON.parse(said.trim().split("\n").at(-1)!) as Found; // our script's
    const worst = (of: "ours" | "peer") => found.errors.reduce((a, b) => (b[of] > a[of] ? b : a));
    const middle = (of: "ours" | "peer"): string => exponential(median(found.errors.map((e) => e[of])));
    const behind = found.errors.filter(({ ours, peer }) => ours > Math.max(TIMES * peer, FLOOR));
    const rows = [
      [
        "first loss",
        exponential(apart(first, found.first.float64)),
        exponential(apart(found.first.float32, found.first.float64)),
      ],
      [`gradients of ${found.errors.length} weights, median`, middle("ours"), middle("peer")],
      [
        "gradients, the worst weight",
        `${exponential(worst("ours").ours)} (${worst("ours").name})`,
        `${exponential(worst("peer").peer)} (${worst("peer").name})`,
      ],
      ...RULES.flatMap(([rule, rate]) => {
        const { float32, float64 } = found.losses[rule];
        return [2, 3, 5, STEPS].map((k) => {
          const at = k - 1;
          return [
            `loss of step ${k}, ${rule === "sgd" ? "SGD" : "AdamW"}, rate ${rate}`,
            exponential(apart(losses.get(rule)![at]!, float64[at]!)), // of as many steps
            exponential(apart(float32[at]!, float64[at]!)),
          ];
        });
      }),
    ];
    const far = behind.map(
      ({ name: weight, ours, peer }) => `\`${weight}\` ${exponential(ours)} against ${exponential(peer)}`,
    );
    return {
      title: of.title,
      version: found.version,
      text: [
        table(["relative error against float64", "Descent, float32", "PyTorch, float32"], rows),
        far.length === 0
          ? `No gradient of Descent's is further than ${TIMES} times PyTorch's error from float64.`
          : `Further from float64 than ${TIMES} times PyTorch's error: ${far.join(", ")}.`,
      ].join("\n\n"),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Compares the first loss, every gradient and ten steps with PyTorch in float64, beside PyTorch in float32. */
export async function gradients(name: Name, say: (text: string) => void): Promise<string> {
  const without = noPyTorch();
  if (without !== undefined) return `## Gradients beside PyTorch: ${name}\n\nPyTorch: left out, ${without}.`;
  const { title, text, version } = await one(name, say);
  return [
    `## Gradients beside PyTorch in float64: ${title}`,
    `- ${machine()}; onnxruntime-node ${versionOf("onnxruntime", "onnxruntime-node")}, PyTorch ${version}; ${new Date().toISOString().slice(0, 10)}.`,
    "The same weights and batch in Descent (float32) and in PyTorch, once in float32 and once in float64, which counts as the truth. The error of a gradient is the length of the difference over that of the true gradient. [When losses agree](README.md#when-losses-agree).",
    text,
  ].join("\n\n");
}
