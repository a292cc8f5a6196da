import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { Contestant } from "./process.ts";

const file = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

let built = false;
/** Compiles what has changed: as users get the packages, not as tests read them. */
function build(): void {
  if (built) return;
  const tsc = createRequire(import.meta.url).resolve("typescript/package.json");
  execFileSync(process.execPath, [path.join(path.dirname(tsc), "bin", "tsc"), "-b"], {
    cwd: file(".."),
    stdio: ["ignore", "inherit", "inherit"],
  });
  built = true;
}

/** A process of contenders in JavaScript, started as this one was. */
export function javascript(): Contestant {
  build();
  const env = { TSX_TSCONFIG_PATH: file("tsconfig.built.json") };
  return new Contestant(process.execPath, [...process.execArgv, file("serve.ts")], env);
}

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
