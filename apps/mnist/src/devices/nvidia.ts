import { type Look, run } from "./probe.ts";

/** The GPU that the driver lists. */
export async function findNvidia(): Promise<Look> {
  const smi = await run("nvidia-smi", ["--query-gpu=name", "--format=csv,noheader"]);
  const name = smi.ok ? smi.out.trim().split("\n", 1)[0] : undefined;
  return name === undefined || name === ""
    ? { usable: false, what: "no NVIDIA GPU found", remedy: "nvidia-smi must list one." }
    : { usable: true, what: name };
}
