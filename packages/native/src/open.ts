import koffi from "koffi";

/** A loop in machine code: `frame` and `sums` are addresses in the memory. */
export type Code = (memory: Uint8Array, frame: number, sums: number) => void;

const opened = new Map<string, Code>();

/** The stacks that `@descent/mpi` needs, which koffi takes only before the first library: the two are used together in either order. */
const STACKS = {
  sync_stack_size: 8 << 20,
  sync_heap_size: 8 << 20,
  async_stack_size: 4 << 20,
  async_heap_size: 4 << 20,
} as const;

/** Loads a library of the cache, once per thread. */
export function open(file: string): Code {
  let code = opened.get(file);
  if (!code) {
    if (opened.size === 0) enlarge();
    opened.set(file, (code = koffi.load(file).func("void k(void *memory, uint32_t frame, uint32_t sums)") as Code)); // printed so
  }
  return code;
}

function enlarge(): void {
  try {
    koffi.config(STACKS);
  } catch {
    // Another library was loaded, with the stacks of its choice: machine code of loops needs none.
  }
}
