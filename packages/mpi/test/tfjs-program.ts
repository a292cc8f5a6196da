// One rank of elastic.test.ts: tfjs-program.ts FAULT. Writes the end of its training as JSON into the folder OUT.
import { writeFileSync } from "node:fs";
import path from "node:path";
import { optimizer } from "@descent/tfjs";
import { HANG } from "../../../tests/limits.ts";
import { network, ready, rule, share } from "../../tfjs/test/world-body.ts";
import { mpi } from "../src/index.ts";

const fault = process.argv[2];
const world = await mpi({ timeout: HANG / 1000, elastic: true });
await ready();
const { size } = world;
const { variables, loss } = network(world.rank);
const opt = optimizer(rule(), { world });
const lossNow = (): number => loss(share(0, { rank: 0, size: 1 })).dataSync()[0]!; // a scalar
let before = Number.NaN;
while (opt.step < 12) {
  if (world.rank === 1 && opt.step === 6 && (world.size === size || fault === "again"))
    process.kill(process.pid, "SIGKILL");
  opt.minimize(() => loss(share(opt.step, world)));
  if (opt.step === 6) before = lossNow();
}
const end = { step: opt.step, losses: [before, lossNow()], weights: variables.flatMap((one) => [...one.dataSync()]) };
writeFileSync(path.join(process.env["OUT"]!, String(world.rank)), JSON.stringify(end)); // the test names it
