// One rank of elastic.test.ts: trainer-program.ts ACCUMULATE. Writes the end of its training as JSON into the folder OUT.
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { adamw } from "@descent/adam";
import { clipByGlobalNorm } from "@descent/core";
import type { Runtime } from "@descent/onnxruntime";
import { HANG } from "../../../tests/limits.ts";
import { fixture, train } from "../../onnxruntime/test/models.ts";
import { shareOf } from "../../onnxruntime/test/world-body.ts";
import { mpi } from "../src/index.ts";

const accumulate = Number(process.argv[2]);
const world = await mpi({ timeout: HANG / 1000, elastic: true });
const { size } = world;
// Installed for the tests of that package; the launcher starts ranks in the root.
const runtime = createRequire(path.resolve("packages/onnxruntime/package.json"))("onnxruntime-node") as Runtime;
const optimizer = clipByGlobalNorm(adamw({ lr: 1e-2 }), 0.5);
const trainer = await train("lenet", { optimizer, world, accumulate, runtime });
let calls = 0;
while (trainer.step < 8) {
  if (world.rank === 1 && world.size === size && trainer.step === 4 && ++calls === accumulate)
    process.kill(process.pid, "SIGKILL");
  await trainer.trainStep(shareOf(fixture("lenet"), world.rank, world.size));
}
const weights = Object.entries(await trainer.weights()).map(([name, data]) => [name, [...data]] as const);
const end = { size: world.size, step: trainer.step, weights: Object.fromEntries(weights) };
await trainer.dispose();
writeFileSync(path.join(process.env["OUT"]!, String(world.rank)), JSON.stringify(end)); // the test names it
