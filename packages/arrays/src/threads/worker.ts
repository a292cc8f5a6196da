// A worker of the pool. It handles messages when there are any, works when there is work, and else sleeps.
import { scalarOps } from "@descent/core/graph";
import { instantiate } from "../wasm/instance.ts";
import { entryOf, type Open } from "../wasm/native.ts";
import type { Message } from "./message.ts";
import { spin, Table, ThreadKernel, word, work } from "./queue.ts";

let state: Int32Array = new Int32Array(0);
let table: Table | undefined;
let thread = 0;
let received = 0;
const kernels: ThreadKernel[] = [];

/** Opens libraries of machine code, once its module is there. */
let open: Open | undefined;
/** Messages that wait for that module. */
let waiting: Message[] | undefined;

function onMessage(message: Message): void {
  if (waiting) waiting.push(message);
  else if ("state" in message && message.opener !== undefined) {
    const held: Message[] = [message];
    waiting = held;
    void import(/* @vite-ignore */ /* webpackIgnore: true */ message.opener).then(
      (module: { readonly open: Open }) => {
        open = module.open;
        waiting = undefined;
        for (const one of held) receive(one);
      },
      (error: unknown) => {
        fail(message.state);
        throw error;
      },
    );
  } else receive(message);
}

function fail(words: SharedArrayBuffer): void {
  const all = new Int32Array(words);
  Atomics.store(all, word.failed, 1);
  Atomics.notify(all, word.done);
}

function receive(message: Message): void {
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
    fail(state.buffer as SharedArrayBuffer); // the pool sent it
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
    const entry =
      open && kernel.library !== undefined
        ? entryOf(open(kernel.library), kernel.memory)
        : (instantiate(kernel.module, kernel.memory, scalarOps)["k"] as (frame: number, sums: number) => void); // emitted with this signature
    kernels.push(new ThreadKernel(kernel, thread, entry));
  }
}

const node = globalThis.process?.getBuiltinModule?.("node:worker_threads");
if (node)
  node.parentPort!.on("message", onMessage); // of a worker
else globalThis.onmessage = ({ data }) => onMessage(data);
