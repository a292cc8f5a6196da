import { adamw } from "../../adam/src/index.ts";
import { ArraysBackend } from "../src/backend.ts";
import { allocate, optimizer } from "../src/index.ts";

const names = Array.from({ length: 200 }, (_, i) => `w${i}`);
const { parameters, gradients } = allocate(Object.fromEntries(names.map((n) => [n, [50]])));
let inRun = 0;
const run = ArraysBackend.prototype.run;
ArraysBackend.prototype.run = function (jobs) {
  const t = performance.now();
  run.call(this, jobs);
  inRun += performance.now() - t;
};
const o = optimizer(parameters, adamw());
for (let k = 0; k < 5; k++) {
  inRun = 0;
  const t = performance.now();
  for (let i = 0; i < 1500; i++) o.update(gradients);
  const d = performance.now() - t;
  console.log(((d / 500) * 1000).toFixed(0), "µs/step, backend", ((inRun / 500) * 1000).toFixed(0));
}
