import koffi from "koffi";

/** A loop in machine code: `frame` and `sums` are addresses in the memory. */
export type Code = (memory: Uint8Array, frame: number, sums: number) => void;

/**
 * The loop on any number of elements and on that many threads. Arrays take the place of buffers of the memory, where they are not
 * null. Sums, taken by chunks of so many numbers, are added to those that lie at `sums`. Returns how many threads took part. If
 * memory for sums runs out it returns 0, and does nothing.
 */
export type Whole = (
  memory: Uint8Array,
  frame: number,
  sums: number,
  chunk: number,
  threads: number,
  ...arrays: (Float32Array | null)[]
) => number;

const libraries = new Map<string | null, ReturnType<typeof koffi.load>>();
const opened = new Map<string, Code>();

/** The stacks that `@descent/mpi` needs, which koffi takes only before the first library: the two are used together in either order. */
const STACKS = {
  sync_stack_size: 8 << 20,
  sync_heap_size: 8 << 20,
  async_stack_size: 4 << 20,
  async_heap_size: 4 << 20,
} as const;

/** A library, loaded once per thread; that of null are all that the process has. */
export function library(file: string | null): ReturnType<typeof koffi.load> {
  let found = libraries.get(file);
  if (!found) {
    if (libraries.size === 0) enlarge();
    libraries.set(file, (found = koffi.load(file)));
  }
  return found;
}

/** Loads a library of the cache, once per thread. */
export function open(file: string): Code {
  let code = opened.get(file);
  if (!code)
    opened.set(file, (code = library(file).func("void k(void *memory, uint32_t frame, uint32_t sums)") as Code)); // printed so
  return code;
}

/** The other entry of a library, for as many buffers as its loop has. */
export function openWhole(file: string, buffers: number): Whole {
  const pointers = Array.from({ length: buffers }, (_, i) => `, void *x${i}`).join("");
  return library(file).func(
    `int whole(void *memory, uint32_t frame, uint32_t sums, uint32_t chunk, int threads${pointers})`,
  ) as Whole; // printed so
}

function enlarge(): void {
  try {
    koffi.config(STACKS);
  } catch {
    // Another library was loaded, with the stacks of its choice: machine code of loops needs none.
  }
}
