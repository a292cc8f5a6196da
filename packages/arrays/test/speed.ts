// How fast a step is: node_modules/.bin/tsx --tsconfig tsconfig.test.json packages/arrays/test/speed.ts
// All contenders take turns, so that a busy machine slows them alike; the best of the turns is printed, in ns per parameter.
import { adamw } from "@descent/adam";
import { type Configured, clipByGlobalNorm } from "@descent/core";
import { momentum } from "@descent/sgd";
import { allocate, type Engine, optimizer } from "../src/index.ts";

type Arrays = Readonly<Record<string, Float32Array>>;
const names = (count: number): string[] => Array.from({ length: count }, (_, i) => `w${i}`);
const make = (count: number, n: number): Arrays =>
  Object.fromEntries(names(count).map((k) => [k, new Float32Array(n)]));
function fill(gradients: Arrays): Arrays {
  for (const g of Object.values(gradients)) for (let i = 0; i < g.length; i++) g[i] = Math.sin(i);
  return gradients;
}

function ours(configured: Configured, count: number, n: number, inside: boolean, engine: Engine): () => void {
  const shapes = Object.fromEntries(names(count).map((k) => [k, [n]]));
  const { parameters, gradients } = inside
    ? allocate(shapes)
    : { parameters: make(count, n), gradients: make(count, n) };
  const opt = optimizer(parameters, configured, { engine });
  fill(gradients);
  return () => opt.update(gradients);
}

/** AdamW as one would write it by hand, with everything that can be taken out of the loop taken out. */
function byHand(count: number, n: number): () => void {
  const [p, g, m, v] = [make(count, n), fill(make(count, n)), make(count, n), make(count, n)];
  const [b1, b2, lr, eps, wd] = [0.9, 0.999, 1e-3, 1e-8, 0.01];
  let t = 0;
  return () => {
    t++;
    const [c1, c2] = [1 / (1 - b1 ** t), 1 / (1 - b2 ** t)];
    for (const k of Object.keys(p)) adamwLoop(p[k]!, g[k]!, m[k]!, v[k]!, b1, b2, c1, c2, lr, eps, 1 - lr * wd);
  };
}
function adamwLoop(
  p: Float32Array,
  g: Float32Array,
  m: Float32Array,
  v: Float32Array,
  b1: number,
  b2: number,
  c1: number,
  c2: number,
  lr: number,
  eps: number,
  keep: number,
): void {
  for (let i = 0; i < p.length; i++) {
    const x = g[i]!;
    const a = b1 * m[i]! + (1 - b1) * x;
    const b = b2 * v[i]! + (1 - b2) * x * x;
    m[i] = a;
    v[i] = b;
    p[i] = keep * p[i]! - (lr * c1 * a) / (Math.sqrt(c2 * b) + eps);
  }
}

for (const count of [1, 200])
  for (const total of [1e4, 1e5, 1e6, 1e7]) {
    const n = total / count;
    const contenders: Record<string, () => void> = {
      "AdamW, arrays of `allocate`": ours(adamw(), count, n, true, "wasm"),
      "AdamW, ordinary arrays": ours(adamw(), count, n, false, "wasm"),
      "clipped AdamW, `allocate`": ours(clipByGlobalNorm(adamw(), 1), count, n, true, "wasm"),
      "momentum, `allocate`": ours(momentum(), count, n, true, "wasm"),
      "AdamW by hand": byHand(count, n),
    };
    if (total <= 1e5) contenders["AdamW, interpreter"] = ours(adamw(), count, n, false, "interpreter");
    const best: Record<string, number> = {};
    for (let turn = 0; turn < 9; turn++)
      for (const [name, step] of Object.entries(contenders)) {
        const steps = Math.max(2, Math.ceil((name.includes("interpreter") ? 3e5 : 3e6) / total));
        const start = performance.now();
        for (let k = 0; k < steps; k++) step();
        const ns = ((performance.now() - start) * 1e6) / steps / total;
        best[name] = Math.min(best[name] ?? Number.POSITIVE_INFINITY, ns);
      }
    console.log(`${count} × ${n}`);
    for (const [name, ns] of Object.entries(best)) console.log(`  ${name.padEnd(28)} ${ns.toFixed(3).padStart(9)}`);
  }
