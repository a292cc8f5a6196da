// A worker of the pool. It handles messages when there are any, works when there is work, and else sleeps.
import { scalarOps } from "@descent/core/graph";
import { instantiate } from "../wasm/instance.ts";
import type { Message } from "./message.ts";
import { spin, Table, ThreadKernel, word, work } from "./queue.ts";

let state: Int32Array = new Int32Array(0);
let table: Table | undefined;
let thread = 0;
let received = 0;
const kernels: ThreadKernel[] = [];

function onMessage(message: Message): void {
  try {
    handle(message);
    Atomics.store(state, word.received + thread - 1, ++received);
    // Until the next message: those that have arrived are handled first.
    while (Atomics.load(state, word.sent) === received) {
      const seen = Atomics.load(state, word.signal);
      if (table) work(state, table, kernels);
      if (Atomics.load(state, word.sent) === received && !spin(state, word.signal, seen))
        Atomics.wait(state, word.signal, seen);
    }
  } catch (error) {
    Atomics.store(state, word.failed, 1);
    Atomics.notify(state, word.done);
    throw error;
  }
}

function handle(message: Message): void {
  if ("state" in message) {
    state = new Int32Array(message.state);
    thread = message.thread;
  } else if ("table" in message) table = new Table(message.table);
  else {
    const { kernel } = message;
    const { k } = instantiate(kernel.module, kernel.memory, scalarOps);
    kernels.push(new ThreadKernel(kernel, thread, k as (frame: number, sums: number) => void)); // emitted with this signature
  }
}

const node = globalThis.process?.getBuiltinModule?.("node:worker_threads");
if (node)
  node.parentPort!.on("message", onMessage); // of a worker
else globalThis.onmessage = ({ data }) => onMessage(data);
