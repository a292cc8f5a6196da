// One rank of `npm run bench -- world`: world-rank.ts allreduce SIZES [ROUNDS] | step. Prints a line of JSON on rank 0.
import { adamw } from "@descent/adam";
import { mpi } from "@descent/mpi";
import { crossEntropy, type Runtime, Trainer } from "@descent/onnxruntime";
import { libraryOf } from "./contender.ts";
import { model } from "./models.ts";

const [what = "", sizes = "", rounds] = process.argv.slice(2);
const world = await mpi();
const print = (value: unknown): void => {
  if (world.rank === 0) console.log(`@${JSON.stringify(value)}`);
};

/** The best of some runs in milliseconds, by the rank that takes longest. */
async function best(rounds: number, work: () => unknown): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds; round++) {
    world.barrier();
    const begun = performance.now();
    await work();
    const took = Float64Array.of(performance.now() - begun);
    world.sum(took, "max");
    least = Math.min(least, took[0]!);
  }
  return least;
}

if (what === "allreduce") {
  const times: number[] = [];
  for (const size of sizes.split(",").map(Number)) {
    const numbers = new Float32Array(size).fill(1e-9);
    times.push(await best(Number(rounds ?? (size > 1e6 ? 8 : size > 1e5 ? 40 : 300)), () => world.sum(numbers)));
  }
  print(times);
} else {
  const { bytes, input, labels } = model("mlp");
  const trainer = await Trainer.create(bytes, {
    optimizer: adamw({ lr: 1e-6 }),
    loss: crossEntropy(),
    runtime: libraryOf("onnxruntime", "onnxruntime-node") as Runtime, // it is one
    sessionOptions: { intraOpNumThreads: 1 },
    world,
  });
  print(await best(60, () => trainer.trainStep({ x: input, labels })));
  await trainer.dispose();
}
