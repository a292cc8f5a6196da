// One of the threads of an optimizer. It reads letters when there are any, works when there is work, and else sleeps.
import { imported } from "./functions.ts";
import { type Letter, spin, Table, Tool, word, work } from "./work.ts";

let control: Int32Array = new Int32Array(0);
let table: Table | undefined;
let thread = 0;
let read = 0;
const tools: Tool[] = [];

function hear(letter: Letter): void {
  try {
    take(letter);
    Atomics.store(control, word.read + thread - 1, ++read);
    // Until the next letter: those that are here already are read first.
    while (Atomics.load(control, word.mail) === read) {
      const seen = Atomics.load(control, word.call);
      if (table) work(control, table, tools);
      if (Atomics.load(control, word.mail) === read && !spin(control, word.call, seen))
        Atomics.wait(control, word.call, seen);
    }
  } catch (error) {
    Atomics.store(control, word.failed, 1);
    Atomics.notify(control, word.done);
    throw error;
  }
}

function take(letter: Letter): void {
  if ("control" in letter) {
    control = new Int32Array(letter.control);
    thread = letter.thread;
  } else if ("table" in letter) table = new Table(letter.table);
  else {
    const { pattern } = letter;
    const { k } = new WebAssembly.Instance(pattern.module, { m: { m: pattern.memory, ...imported } }).exports;
    tools.push(new Tool(pattern, thread, k as (frame: number, sums: number) => void)); // emitted with this signature
  }
}

const node = globalThis.process?.getBuiltinModule?.("node:worker_threads");
if (node)
  node.parentPort!.on("message", hear); // of a worker
else globalThis.onmessage = ({ data }) => hear(data);
