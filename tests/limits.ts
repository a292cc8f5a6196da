/**
 * Milliseconds after which a test hangs. A limit against hangs and nothing else: the slowest test takes seconds on a quiet
 * machine, and a busy one, or one with a single core, may take fifty times as long. Building and packing all packages takes
 * half a minute.
 */
export const HANG = 900_000;

/** Milliseconds after which a browser hangs that does not answer. */
export const BROWSER = HANG / 3;
