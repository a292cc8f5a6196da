import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { Contestant } from "./process.ts";

const file = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** A process of contenders in JavaScript, started as this one was. */
export const javascript = (): Contestant => new Contestant(process.execPath, [...process.execArgv, file("serve.ts")]);

const python = process.env.DESCENT_PYTHON ?? "python3";

/** Why there is no PyTorch, or nothing. */
export function noPyTorch(): string | undefined {
  try {
    execFileSync(python, ["-c", "import torch"], { stdio: ["ignore", "ignore", "pipe"], timeout: 60_000 });
    return undefined;
  } catch (error) {
    const { code, stderr } = error as { code?: string; stderr?: Buffer };
    const why =
      code === "ENOENT" ? "no Python was found" : (stderr?.toString().trim().split("\n").at(-1) ?? "it fails");
    return `${why}; set DESCENT_PYTHON to a Python that has torch`;
  }
}

/** A process of PyTorch contenders. */
export const pytorch = (script: string, threads: number): Contestant =>
  new Contestant(python, [file(script), String(threads)], {
    OMP_NUM_THREADS: String(threads),
    PYTHONDONTWRITEBYTECODE: "1",
  });
