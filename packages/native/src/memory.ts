import { library } from "./open.ts";

/** Parameters of mallopt in glibc's malloc.h. */
const M_TRIM_THRESHOLD = -1;
const M_MMAP_THRESHOLD = -3;
/** The largest that glibc takes: 32 MiB, and what an int holds. */
const [BLOCK, TOP] = [32 << 20, 2 ** 31 - 1];

/**
 * Has the C library keep the memory that this process frees, for as long as it runs: a training step allocates what the step before
 * freed, and having the system clear it again takes up to a third of a step of a GPT of 124 M weights in the Trainer on the CPU. Some
 * more memory stays in use; blocks above 32 MiB, and what is free beyond 2 GiB, still go back. For glibc, which most Linux systems have.
 *
 * Returns undefined, or why the C library here has no such setting; then nothing changes.
 */
export function keepMemory(): string | undefined {
  if (process.platform !== "linux")
    return `only glibc on Linux can be told to keep memory, and this is ${process.platform}`;
  try {
    const mallopt = library(null).func("int mallopt(int parameter, int value)");
    const set = [mallopt(M_MMAP_THRESHOLD, BLOCK), mallopt(M_TRIM_THRESHOLD, TOP)];
    return set.every((done) => done === 1) ? undefined : "mallopt refused";
  } catch {
    return "this C library is not glibc";
  }
}
