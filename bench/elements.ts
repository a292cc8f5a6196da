import { adam, adamw } from "@descent/adam";
import { optimizer, type Precision } from "@descent/arrays";
import { rule } from "@descent/core";
import { optimizer as tfjsOptimizer } from "@descent/tfjs";
import type { Effort } from "./measure.ts";
import { digits, table } from "./report.ts";
import { tfjsOn } from "./training-tfjs.ts";
import { compare, ours, type Turn, timed } from "./turns.ts";

const SIZE = 1024;
const MILLION = SIZE ** 2 / 1e6;

const plain = { paper: "", hyper: { lr: 1e-9, seed: 0 }, state: {} };
const quiet = rule({ ...plain, id: "bench/quiet", title: "quiet", hyper: { lr: 1e-9 }, update: { p: "p - lr * g" } });
const noisy = [
  rule({ ...plain, id: "bench/normal", title: "normal", update: { p: "p - lr * g + lr * normal()" } }),
  rule({ ...plain, id: "bench/uniform", title: "uniform", update: { p: "p - lr * g + lr * uniform()" } }),
  rule({ ...plain, id: "bench/rademacher", title: "rademacher", update: { p: "p - lr * g + lr * rademacher()" } }),
];

type State = Readonly<Record<string, Precision>>;

/** AdamW on a variable of TensorFlow.js, on its wasm backend. */
async function onTfjs(state: State): Promise<Turn> {
  const tf = await tfjsOn("wasm");
  const w = tf.variable(tf.zeros([SIZE, SIZE]));
  const g = tf.tensor(
    Float32Array.from({ length: SIZE ** 2 }, (_, i) => Math.sin(i * i)),
    [SIZE, SIZE],
  );
  const opt = tfjsOptimizer(adamw({ lr: 1e-9 }), { state, nonFinite: "apply" });
  const run = (): void => opt.applyGradients({ [w.name]: g });
  run();
  return timed(run);
}

const WIDTH = 64;
const LOOKED_UP = 256;

/** Adam on the rows of a table that a batch has looked up, other ones in every step. */
function ofRows(height: number): Turn {
  const table = { data: new Float32Array(height * WIDTH), shape: [height, WIDTH] };
  const opt = optimizer({ table }, adam({ lr: 1e-9 }));
  const data = Float32Array.from({ length: LOOKED_UP * WIDTH }, (_, i) => Math.sin(i * i));
  let step = 0;
  const run = (): void => opt.update({ table: { rows: lookedUp(step++, height), data } });
  run();
  return timed(run);
}

/** The same on a variable of TensorFlow.js, on its wasm backend. */
async function ofRowsOnTfjs(height: number): Promise<Turn> {
  const tf = await tfjsOn("wasm");
  const table = tf.tidy(() => tf.variable(tf.zeros([height, WIDTH])));
  const opt = tfjsOptimizer(adam({ lr: 1e-9 }));
  const data = Float32Array.from({ length: LOOKED_UP * WIDTH }, (_, i) => Math.sin(i * i));
  let step = 0;
  const run = (): void => opt.applyGradients({ [table.name]: { rows: lookedUp(step++, height), data } });
  run();
  return timed(run);
}

/** Rows spread over the table: the stride has no factor in common with the heights. */
const lookedUp = (step: number, height: number): number[] =>
  Array.from({ length: LOOKED_UP }, (_, k) => ((step * LOOKED_UP + k) * 7919) % height);

/** The cost of state in fewer bytes beside a step with float32 state, of some rows of a table, and of random numbers beside a step without. */
export async function elements(effort: Effort, say: (text: string) => void): Promise<readonly string[]> {
  const coded: string[][] = [];
  for (const precision of ["bfloat16", "float8"] as const)
    for (const slots of [["m"], ["v"], ["m", "v"]]) {
      say(`AdamW with ${slots.join(" and ")} in ${precision}`);
      const state: State = Object.fromEntries(slots.map((slot) => [slot, precision]));
      const [mine, plainly] = await compare(
        [ours(adamw({ lr: 1e-9 }), SIZE, SIZE, { state }), ours(adamw({ lr: 1e-9 }), SIZE, SIZE)],
        effort,
      );
      const [theirs, alike] = await compare([await onTfjs(state), await onTfjs({})], effort);
      coded.push([
        `${slots.join(" and ")} in ${precision}`,
        digits(mine!),
        `${digits(mine! / plainly!)}×`,
        digits(theirs!),
        `${digits(theirs! / alike!)}×`,
      ]);
    }
  const looked: string[][] = [];
  const dense = ours(adam({ lr: 1e-9 }), LOOKED_UP, WIDTH);
  for (const height of [LOOKED_UP, 1e4, 1e6]) {
    say(`Adam on ${LOOKED_UP} rows of ${height}`);
    const [mine, theirs, whole] = await compare([ofRows(height), await ofRowsOnTfjs(height), dense], effort);
    looked.push([`${height} × ${WIDTH}`, digits(mine!), `${digits(mine! / whole!)}×`, digits(theirs!)]);
  }
  const drawn: string[][] = [];
  for (const make of noisy) {
    say(`SGD with ${make.title} numbers`);
    const [mine, plainly] = await compare([ours(make(), SIZE, SIZE), ours(quiet(), SIZE, SIZE)], effort);
    drawn.push([`${make.title}()`, digits(mine!), digits((mine! - plainly!) / MILLION)]);
  }
  return [
    "AdamW on 1024 × 1024, beside its step with float32 state.",
    table(["state", "arrays, ms", "float32 state", "tfjs-wasm, ms", "float32 state"], coded),
    `Adam on ${LOOKED_UP} rows of a table, \`{ rows, data }\`, beside its dense step of ${LOOKED_UP} × ${WIDTH}.`,
    table(["table", "arrays, ms", "dense step of the rows alone", "tfjs-wasm, ms"], looked),
    "SGD on 1024 × 1024 with a random number per element.",
    table(["numbers", "ms", "ns per number"], drawn),
  ];
}
