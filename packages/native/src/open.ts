import koffi from "koffi";

/** A loop in machine code: `frame` and `sums` are addresses in the memory. */
export type Code = (memory: Uint8Array, frame: number, sums: number) => void;

const opened = new Map<string, Code>();

/** Loads a library of the cache, once per thread. */
export function open(file: string): Code {
  let code = opened.get(file);
  if (!code)
    opened.set(file, (code = koffi.load(file).func("void k(void *memory, uint32_t frame, uint32_t sums)") as Code)); // printed so
  return code;
}
