import { hostFunction } from "@descent/core/graph";
import { kernelPlan } from "@descent/core/kernels";
import { expect, test } from "vitest";
import { ArraysBackend, need, Runner, Tensor } from "../src/engine.ts";
import { expectSame, fill, programOf, spec, step } from "./run.ts";

const PAGE = 65536;
const parameter = { name: "w", shape: [7, 5] };
const env = { lr: 0.1, rows: 7, cols: 5, size: 35 };

test.each([
  ["threads share", true],
  ["one thread has", false],
])("in memory that %s, that grows and where tensors move, every step has the same bits", (_, shared) => {
  for (const update of [
    { m: "0.9 * m + exp(g)", c: "c + columnMean(g)", p: "p - lr * m / norm(m) + c" },
    { m: "0.9 * m + g", c: "0.5 * c", p: "p - lr * m" },
  ]) {
    const program = programOf(spec(update, { m: 0, c: { place: "column", init: 0 } }), parameter);
    const memory = new WebAssembly.Memory({ initial: 16, maximum: 64, shared });
    const runner = new Runner(memory, 0, need(kernelPlan(program).kernels));
    let data = fill(program, parameter, (name, i) => Math.sin(i + name.length));
    const views = Object.fromEntries(Object.keys(data).map((name) => [name, new Tensor()]));
    const { g, ...tensors } = views;
    const scalars = hostFunction(program.scalars)(env);
    const backend = new ArraysBackend("wasm");
    for (let turn = 0; turn < 6; turn++) {
      const page = memory.grow(1); // detaches every view
      for (const [i, [name, numbers]] of Object.entries(data).entries()) {
        // At first the memory has only grown; then all tensors lie elsewhere, then one of them.
        const address = (turn < 2 ? 16 : turn < 4 || name !== "c" ? page : 16) * PAGE + 4096 * i;
        views[name]!.array = runner.view(address, numbers.length);
        views[name]!.array.set(numbers);
      }
      const job = { program, parameter, tensors, inputs: { g: g!.array }, scalars, t: turn + 1 };
      backend.run([job]);
      [data] = step([{ program, parameter, data, env }], "interpreter") as [typeof data];
      expectSame([Object.fromEntries(Object.entries(views).map(([name, { array }]) => [name, array.slice()]))], [data]);
      expect(tensors.p!.runner).toBe(runner);
    }
  }
});
