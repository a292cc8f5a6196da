// One rank of `npm run bench -- world`: world-rank.ts JOB. Prints a line of JSON on rank 0.
import { adamw } from "@descent/adam";
import { mpi } from "@descent/mpi";
import { crossEntropy, type Runtime, Trainer } from "@descent/onnxruntime";
import { libraryOf } from "./contender.ts";
import { model } from "./models.ts";
import type { Job, Took } from "./ranks.ts";

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

async function measure(): Promise<number[]> {
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
