import koffi from "koffi";

/** A loop in machine code: `frame` and `sums` are addresses in the memory. */
export type Code = (memory: Uint8Array, frame: number, sums: number) => void;

/**
 * The same on several threads: sums, taken by chunks of so many numbers, are added to those that lie at `sums`. Returns how many
 * threads took part, or 0 if memory ran out before anything was done.
 */
export type SharedCode = (memory: Uint8Array, frame: number, sums: number, chunk: number, threads: number) => number;

interface Library {
  readonly code: Code;
  readonly shared: SharedCode;
}

const opened = new Map<string, Library>();

/** The stacks that `@descent/mpi` needs, which koffi takes only before the first library: the two are used together in either order. */
const STACKS = {
  sync_stack_size: 8 << 20,
  sync_heap_size: 8 << 20,
  async_stack_size: 4 << 20,
  async_heap_size: 4 << 20,
} as const;

/** The loop of a library of the cache, which is loaded once per thread. */
export const open = (file: string): Code => load(file).code;

/** Both forms of a loop. */
export function load(file: string): Library {
  let library = opened.get(file);
  if (!library) {
    if (opened.size === 0) enlarge();
    const loaded = koffi.load(file);
    library = {
      code: loaded.func("void k(void *memory, uint32_t frame, uint32_t sums)") as Code, // printed so
      shared: loaded.func(
        "int shared(void *memory, uint32_t frame, uint32_t sums, uint32_t chunk, int threads)",
      ) as SharedCode, // printed so
    };
    opened.set(file, library);
  }
  return library;
}

function enlarge(): void {
  try {
    koffi.config(STACKS);
  } catch {
    // Another library was loaded, with the stacks of its choice: machine code of loops needs none.
  }
}
