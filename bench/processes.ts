import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { ContenderProcess } from "./contender-process.ts";

export const repository: string = fileURLToPath(new URL("..", import.meta.url));
const file = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

const built = new Set<string>();
/** Compiles what has changed in a checkout: packages run as users get them, not as tests read them. */
export function build(root: string): void {
  if (built.has(root)) return;
  const tsc = createRequire(path.join(root, "package.json")).resolve("typescript/package.json");
  execFileSync(process.execPath, [path.join(path.dirname(tsc), "bin", "tsc"), "-b"], {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
  });
  built.add(root);
}

/**
 * A process of contenders in JavaScript: a checkout's own packages, served by its own `serve.ts`. An earlier checkout's
 * answers the same requests, or says that it does not know the contender.
 */
export function javascript(root = repository): ContenderProcess {
  build(root);
  const bench = path.join(root, "bench");
  const tsx = pathToFileURL(createRequire(path.join(root, "package.json")).resolve("tsx")).href;
  const env = { TSX_TSCONFIG_PATH: path.join(bench, "tsconfig.built.json") };
  return new ContenderProcess(process.execPath, ["--import", tsx, path.join(bench, "serve.ts")], env);
}

/** The Python that has PyTorch. */
export const python: string = process.env.DESCENT_PYTHON ?? "python3";

/** The reason PyTorch cannot run; undefined if it can. */
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
export const pytorch = (script: string, threads: number): ContenderProcess =>
  new ContenderProcess(python, [file(script), String(threads)], {
    OMP_NUM_THREADS: String(threads),
    PYTHONDONTWRITEBYTECODE: "1",
  });
