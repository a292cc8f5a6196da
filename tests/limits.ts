/**
 * Milliseconds after which a test hangs. A limit against hangs and nothing else: the slowest test takes seconds on a quiet
 * machine, and a busy one, or one with a single core, may take fifty times as long.
 */
export const HANG = 300_000;
