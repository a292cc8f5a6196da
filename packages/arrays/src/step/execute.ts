import { encode } from "../codec/codec.ts";
import { isCoded, isPlain, type KernelCall, plainly } from "../kernels/call.ts";
import { interpret } from "../kernels/interpreter.ts";
import type { Pool } from "../threads/pool.ts";
import type { Runner } from "../wasm/runner.ts";
import { numbersOf, type Task } from "./task.ts";

/** Runs tasks that do not depend on each other: by all threads where that is worthwhile, else here, by WebAssembly or the interpreter. */
export function execute(tasks: readonly Task[], pool: Pool | undefined): void {
  if (pool && share(tasks, pool)) return;
  for (const { runner, call, loose } of tasks) {
    const now = loose ? { ...call, arrays: loose.map(numbersOf) } : call;
    // Rows begin anywhere in the blocks of codecs and random numbers.
    if (now.kernel.byRows && !now.arrays.every(isPlain)) runPlainly(now, runner);
    else run(now, runner);
  }
}

function share(tasks: readonly Task[], pool: Pool): boolean {
  const runner = tasks[0]?.runner;
  if (!runner || tasks.some((task) => task.runner !== runner || task.loose)) return false;
  return pool.run(
    runner,
    tasks.map(({ call }) => call),
  );
}

function run(call: KernelCall, runner: Runner | undefined): void {
  if (runner) runner.run(call);
  else interpret(call);
}

/** Runs a kernel on all numbers at once, those that are coded or drawn as arrays for the time being. */
function runPlainly(call: KernelCall, runner: Runner | undefined): void {
  const arrays = call.arrays.map(plainly);
  run({ ...call, arrays }, runner);
  for (const [i, x] of call.arrays.entries())
    if (isCoded(x) && call.kernel.buffers[i]!.store) encode(x, 0, x.length, arrays[i]!);
}
