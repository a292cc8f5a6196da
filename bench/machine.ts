import { arch, cpus, platform, totalmem } from "node:os";

/** The hardware and Node version that the numbers depend on, without a name of the machine. */
export function machine(): string {
  const all = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${all[0]?.model.trim() ?? "unknown processor"}, ${all.length} cores, ${memory} GiB; Node ${process.versions.node}, ${platform()} ${arch()}`;
}
