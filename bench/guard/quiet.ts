import { cpus } from "node:os";

/** The share of all processors' time that something used while the samples were taken. */
function busy(before: readonly Times[], after: readonly Times[]): number {
  let [idle, all] = [0, 0];
  for (const [i, times] of after.entries()) {
    const passed = (kind: keyof Times): number => times[kind] - (before[i]?.[kind] ?? 0);
    idle += passed("idle");
    for (const kind of ["user", "nice", "sys", "idle", "irq"] as const) all += passed(kind);
  }
  return all > 0 ? 1 - idle / all : 0;
}
type Times = ReturnType<typeof cpus>[number]["times"];

const SAMPLE = 500; // milliseconds
const QUIET = 0.2;

/** Waits until the machine has little else to do, but no longer than that many seconds; says whether it became quiet. */
export async function quiet(seconds: number): Promise<boolean> {
  const sample = (): readonly Times[] => cpus().map(({ times }) => times);
  const end = performance.now() + seconds * 1000;
  for (;;) {
    const before = sample();
    await new Promise((resolve) => setTimeout(resolve, SAMPLE));
    if (busy(before, sample()) <= QUIET) return true;
    if (performance.now() >= end) return false;
  }
}
