import { adam, adamw } from "@descent/adam";
import { optimizer, type Precision } from "@descent/arrays";
import { rule } from "@descent/core";
import { optimizer as tfjsOptimizer } from "@descent/tfjs";
import { optimizer as gpuOptimizer } from "@descent/webgpu";
import { findGpu, type Gpu } from "./gpu.ts";
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

/** The same on a device of WebGPU: milliseconds of the clock, because a processor that waits is not busy. */
async function onGpu({ device }: Gpu, state: State): Promise<Turn> {
  const buffer = (number: (i: number) => number): GPUBuffer => {
    const made = device.createBuffer({ size: 4 * SIZE ** 2, usage: STORAGE, mappedAtCreation: true });
    new Float32Array(made.getMappedRange()).set(Float32Array.from({ length: SIZE ** 2 }, (_, i) => number(i)));
    made.unmap();
    return made;
  };
  const [w, g] = [buffer(() => 0), buffer((i) => Math.sin(i * i))];
  const opt = gpuOptimizer(device, { w: { buffer: w, shape: [SIZE, SIZE] } }, adamw({ lr: 1e-9 }), { state });
  const run = async (): Promise<void> => {
    opt.update({ w: g });
    await device.queue.onSubmittedWorkDone();
  };
  await run(); // compiles
  return async (ms, least) => {
    const begin = performance.now();
    let count = 0;
    for (; count < least || performance.now() < begin + ms; count++) await run();
    return (performance.now() - begin) / count;
  };
}
const STORAGE = 0x80; // GPUBufferUsage.STORAGE

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
  const gpu = await findGpu();
  const coded: string[][] = [];
  for (const precision of ["bfloat16", "float8"] as const)
    for (const slots of [["m"], ["v"], ["m", "v"]]) {
      say(`AdamW with ${slots.join(" and ")} in ${precision}`);
      const state: State = Object.fromEntries(slots.map((slot) => [slot, precision]));
      const pairs = [
        [ours(adamw({ lr: 1e-9 }), SIZE, SIZE, { state }), ours(adamw({ lr: 1e-9 }), SIZE, SIZE)],
        [await onTfjs(state), await onTfjs({})],
        ...(gpu ? [[await onGpu(gpu, state), await onGpu(gpu, {})]] : []),
      ];
      const cells: string[] = [];
      for (const pair of pairs) {
        const [mine, plainly] = await compare(pair, effort);
        cells.push(digits(mine!.ms), `${digits(plainly!.times)}×`);
      }
      coded.push([`${slots.join(" and ")} in ${precision}`, ...cells]);
    }
  const looked: string[][] = [];
  const dense = ours(adam({ lr: 1e-9 }), LOOKED_UP, WIDTH);
  for (const height of [LOOKED_UP, 1e4, 1e6]) {
    say(`Adam on ${LOOKED_UP} rows of ${height}`);
    const [mine, theirs, whole] = await compare([ofRows(height), await ofRowsOnTfjs(height), dense], effort);
    looked.push([`${height} × ${WIDTH}`, digits(mine!.ms), `${digits(whole!.times)}×`, digits(theirs!.ms)]);
  }
  const drawn: string[][] = [];
  for (const make of noisy) {
    say(`SGD with ${make.title} numbers`);
    const [mine, plainly] = await compare([ours(make(), SIZE, SIZE), ours(quiet(), SIZE, SIZE)], effort);
    drawn.push([`${make.title}()`, digits(mine!.ms), digits((mine!.ms - plainly!.ms) / MILLION)]);
  }
  return [
    `AdamW on 1024 × 1024, beside its step with float32 state.${gpu ? ` WebGPU, in milliseconds of the clock, is ${gpu.name}${gpu.software ? ", a processor in a GPU's place: arithmetic is what it waits for, not memory" : ""}.` : ""}`,
    table(
      [
        "state",
        ...["arrays", "tfjs-wasm", ...(gpu ? ["WebGPU"] : [])].flatMap((name) => [`${name}, ms`, "float32 state"]),
      ],
      coded,
    ),
    `Adam on ${LOOKED_UP} rows of a table, \`{ rows, data }\`, beside its dense step of ${LOOKED_UP} × ${WIDTH}.`,
    table(["table", "arrays, ms", "dense step of the rows alone", "tfjs-wasm, ms"], looked),
    "SGD on 1024 × 1024 with a random number per element.",
    table(["numbers", "ms", "ns per number"], drawn),
  ];
}
