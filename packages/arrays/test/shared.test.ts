import { hostFunction, type Job } from "@descent/core";
import { plan } from "@descent/core/kernels";
import { expect, test } from "vitest";
import { ArraysBackend, need, Runner, Tensor } from "../src/engine.ts";
import { expectSame, fill, programOf, spec, step } from "./run.ts";

test("kernels run in a memory that threads share, and in one that has grown, to the same bits", () => {
  const parameter = { name: "w", shape: [7, 5] };
  const update = { m: "0.9 * m + exp(g)", c: "c + columnMean(g)", p: "p - lr * m / norm(m) + c" };
  const program = programOf(spec(update, { m: 0, c: { place: "column", init: 0 } }), parameter);
  const data = fill(program, parameter, (name, i) => Math.sin(i + name.length));
  const env = { lr: 0.1, rows: 7, cols: 5, size: 35 };
  const wanted = step([{ program, parameter, data, env }], "interpreter");
  const memory = new WebAssembly.Memory({ initial: 16, maximum: 64, shared: true });
  const runner = new Runner(memory, 0, need(plan(program).kernels));
  memory.grow(1);
  const tensors: Record<string, Tensor> = {};
  for (const [i, [name, numbers]] of Object.entries(data).entries()) {
    const at = 16 * 65536 + 4096 * i; // in what it grew by
    tensors[name] = new Tensor(runner.view(at, numbers.length));
    tensors[name].array.set(numbers);
  }
  const job: Job<Tensor> = { program, parameter, tensors, scalars: hostFunction(program.scalars)(env) };
  new ArraysBackend("wasm").run([job]);
  const found = Object.fromEntries(Object.entries(tensors).map(([name, { array }]) => [name, array.slice()]));
  expectSame([found], wanted);
  expect(tensors.p!.runner).toBe(runner);
});
