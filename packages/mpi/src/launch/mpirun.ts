import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { MpiError } from "../error.ts";

/** The two families of MPI, by how their mpirun is called and speaks. */
export type Family = "MPICH" | "Open MPI";

/** A program that starts ranks. */
export interface Mpirun {
  readonly file: string;
  readonly family: Family;
}

/** How many ranks to start, and where. */
export interface Start {
  readonly ranks: number;
  readonly hosts: readonly string[];
  /** Whether ranks that are left go on without one that is lost. */
  readonly elastic: boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The mpirun of DESCENT_MPIRUN, else the first in PATH. Throws if there is none. */
export function findMpirun(env: Environment): Mpirun {
  const found =
    env["DESCENT_MPIRUN"] ??
    (env["PATH"] ?? "")
      .split(path.delimiter)
      .map((folder) => path.join(folder, "mpirun"))
      .find((file) => existsSync(file));
  const asked = found === undefined ? undefined : spawnSync(found, ["--version"], { encoding: "utf8" });
  if (found === undefined || asked?.error)
    throw new MpiError(
      `Cannot find mpirun ${found === undefined ? "in PATH" : `at ${found}`}. Install an MPI (python3 -m pip install mpich==5.0.2, or apt-get install openmpi-bin), or name its mpirun in DESCENT_MPIRUN.`,
    );
  return {
    file: found,
    family: /open mpi|open-?rte|prte/i.test(`${asked?.stdout}${asked?.stderr}`) ? "Open MPI" : "MPICH",
  };
}

/** The arguments of mpirun that start `command`. Throws for what this MPI cannot do. */
export function argumentsOf({ family }: Mpirun, { ranks, hosts, elastic }: Start, env: Environment): string[] {
  const open = family === "Open MPI";
  if (elastic && !open)
    throw new MpiError("--elastic needs Open MPI 5, whose ranks survive a lost one (ULFM); this mpirun is MPICH's.");
  const each = hosts.length === 0 ? 0 : Math.ceil(ranks / hosts.length);
  const places = hosts.map((host) => `${host}:${each}`).join(",");
  const passed = ["DESCENT_RANKS", "DESCENT_MPI"].filter((name) => env[name] !== undefined);
  return [
    "-n",
    String(ranks),
    ...(hosts.length === 0 ? [] : [open ? "--host" : "-hosts", places]),
    // Open MPI pins two ranks to one core each, which the threads of ONNX Runtime would inherit, and sends hosts little of the environment.
    ...(open ? ["--bind-to", "none", "--oversubscribe", ...passed.flatMap((name) => ["-x", name])] : []),
    ...(elastic ? ["--with-ft", "ulfm"] : []),
  ];
}
