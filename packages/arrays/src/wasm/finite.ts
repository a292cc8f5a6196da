import { allFinite as byLoop } from "@descent/core/adapter";
import { FINITE_TURN, finiteFloats, surelyFinite, wasm } from "@descent/core/kernels";
import { instantiate, isShared, type Memory } from "./instance.ts";
import { runnerOf } from "./runner.ts";

type Finite = (from: number, end: number) => number;

const compiled: { [kind in "shared" | "alone"]?: WebAssembly.Module } = {};
const loops = new WeakMap<Memory, Finite>();

function loopOf(memory: Memory): Finite {
  let loop = loops.get(memory);
  if (!loop) {
    const shared = isShared(memory);
    const module = (compiled[shared ? "shared" : "alone"] ??= new WebAssembly.Module(
      wasm.assemble([finiteFloats], { shared }),
    ));
    loops.set(memory, (loop = instantiate(module, memory).finite as Finite)); // assembled under this name
  }
  return loop;
}

/** Whether no number is NaN or infinite: sixteen at a time where the array lies in a memory that kernels run in. */
export function allFinite(numbers: Float32Array): boolean {
  const { length } = numbers;
  const memory = length >= FINITE_TURN ? runnerOf(numbers)?.memory : undefined;
  return (memory && surelyFinite(loopOf(memory), numbers.byteOffset, length)) || byLoop(numbers);
}
