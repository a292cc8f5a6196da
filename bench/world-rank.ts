// One rank of `npm run bench -- world`: world-rank.ts JOB. Prints a line of JSON on rank 0.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { adamw } from "@descent/adam";
import { optimizer } from "@descent/arrays";
import { mpi } from "@descent/mpi";
import { crossEntropy, type Runtime, Trainer } from "@descent/onnxruntime";
import { libraryOf } from "./contender.ts";
import { model } from "./models.ts";
import type { Divided, Job, Took } from "./ranks.ts";

const job = JSON.parse(process.argv[2]!) as Job; // ranks.ts passes one
const world = await mpi();

/** The milliseconds of some runs, each by the rank that takes longest. */
async function timed(rounds: number, work: () => unknown): Promise<number[]> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    world.barrier();
    const begun = performance.now();
    await work();
    const took = Float64Array.of(performance.now() - begun);
    world.sum(took, "max");
    times.push(took[0]!);
  }
  return times;
}
const best = async (rounds: number, work: () => unknown): Promise<number> => Math.min(...(await timed(rounds, work)));

/** Megabytes of state, of gradients with what exchanges them, and the most of the process, in steps of 16 tensors of a million numbers. */
function memory(divided: Divided): number[] {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const shard = divided === "nothing" ? undefined : divided === "one by one" ? "gradients" : divided;
  const p = Object.fromEntries(Array.from({ length: 16 }, (_, i) => [`w${i}`, new Float32Array(1 << 20)]));
  const opt = optimizer(p, adamw(), { world, ...(world.size > 1 && { shard }) });
  let held = 0;
  const look = (): void => {
    collect();
    held = process.memoryUsage().arrayBuffers - 16 * (4 << 20);
  };
  const one = new Float32Array(divided === "one by one" ? 1 << 20 : 0);
  function* backward(): Generator<[string, Float32Array]> {
    for (const name of Object.keys(p)) {
      if (name === "w15") look();
      yield [name, one.fill(1e-3)];
    }
  }
  const all =
    divided === "one by one" ? {} : Object.fromEntries(Object.keys(p).map((name) => [name, p[name]!.slice()]));
  for (let step = 0; step < 3; step++) opt.update(divided === "one by one" ? backward() : all);
  if (divided !== "one by one") look();
  return [opt.stateBytes / 1e6, held / 1e6, process.resourceUsage().maxRSS / 1e3];
}

async function measure(): Promise<number[]> {
  if (job.what === "memory") return memory(job.divided);
  if (job.what === "sum") {
    const times: number[] = [];
    for (const [i, size] of job.sizes.entries()) {
      const numbers = new Float32Array(size).fill(1e-9);
      times.push(await best(job.rounds[i]!, () => world.sum(numbers))); // one per size
    }
    return times;
  }
  if (job.what === "wait") {
    // Normal numbers by Box and Muller; ranks draw each their own.
    const normal = (): number => Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
    const still = new Int32Array(new SharedArrayBuffer(4));
    const times = await timed(job.rounds, () => {
      Atomics.wait(still, 0, 0, job.mean + job.spread * normal());
      world.barrier();
    });
    return [times.reduce((sum, one) => sum + one, 0) / times.length];
  }
  const times: number[] = [];
  for (const name of job.models) {
    const { bytes, input, labels } = model(name);
    const trainer = await Trainer.create(bytes, {
      optimizer: adamw({ lr: 1e-6 }),
      loss: crossEntropy(),
      runtime: libraryOf("onnxruntime", "onnxruntime-node") as Runtime, // it is one
      sessionOptions: { intraOpNumThreads: 1 },
      world,
    });
    times.push(await best(60, () => trainer.trainStep({ x: input, labels })));
    await trainer.dispose();
  }
  return times;
}

const times = await measure();
const took: Took = { times, version: world.library };
if (world.rank === 0) console.log(`@${JSON.stringify(took)}`);
