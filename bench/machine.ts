import { arch, cpus, platform, totalmem } from "node:os";

/** What the numbers depend on, and nothing that names this machine. */
export function machine(): string {
  const all = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${all[0]?.model.trim() ?? "unknown processor"}, ${all.length} cores, ${memory} GiB; Node ${process.versions.node}, ${platform()} ${arch()}`;
}
