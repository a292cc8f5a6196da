import { writeSync } from "node:fs";
import { hostname } from "node:os";
import { flag, hashOf, knownOptions, positive, shown } from "@descent/core/adapter";
import { alone } from "./alone.ts";
import { type Collectives, collectives } from "./collectives.ts";
import { MpiError } from "./error.ts";
import { launcherOf } from "./launcher.ts";
import { openLibrary } from "./library.ts";
import type { World } from "./world.ts";

/** Options of `mpi`. */
export interface MpiOptions {
  /** The file of the MPI library: default DESCENT_MPI, else the one beside mpirun, else the system's. */
  readonly library?: string | undefined;
  /** Seconds that an operation may wait for the other ranks; default 300. */
  readonly timeout?: number | undefined;
  /** Whether every operation first checks that all ranks call the same one, which costs a small message; default false. */
  readonly check?: boolean | undefined;
}

/** All processes that the launcher started. Its operations block; those of `polled` are promises. */
export interface MpiWorld extends World<void> {
  /** The same operations, during which timers, signals and other work go on. One at a time. */
  readonly polled: World<Promise<void>>;
  /** The MPI library in use: "MPICH 5.0.2 (MPI 5 ABI)"; empty for a process alone. */
  readonly library: string;
  /** Shuts MPI down in this process once all ranks have called it. A process that exits normally does so by itself. */
  end(): void;
}

let joined: Promise<MpiWorld> | undefined;

/**
 * The processes that mpirun started; without mpirun this process alone, which needs no MPI:
 * `const world = await mpi()`. Calls the machine's own MPI (MPICH, Open MPI 4 and 5, any library with the MPI 5 ABI) without
 * copies; sums go in pieces of 4 MB. One world per process: a second call returns it. Throws an MpiError if no library is
 * found, or if mpirun and the library belong to different MPIs, because every process would train a model alone.
 */
export function mpi(options: MpiOptions = {}): Promise<MpiWorld> {
  joined ??= join(options).catch((error) => {
    joined = undefined;
    throw error;
  });
  return joined;
}

async function join(options: MpiOptions): Promise<MpiWorld> {
  const { library: named = process.env["DESCENT_MPI"] || undefined, timeout, check } = checked(options);
  const launcher = launcherOf(process.env);
  if (!launcher && named === undefined) return single();
  const library = openLibrary(named, process.env);
  const native = collectives(library, { timeout, check });
  if (launcher && launcher.size !== native.size) {
    native.abandon();
    throw new MpiError(
      `${launcher.name} started ${launcher.size} processes, and ${library.file} (${library.abi.name}) sees ${native.size}: they are of two different MPIs. Start with the mpirun of that library, or name the library of this one in DESCENT_MPI.`,
    );
  }
  endWithProcess(native);
  const localRank = placeOnHost(native);
  return {
    rank: native.rank,
    size: native.size,
    localRank,
    library: `${native.version()} (${library.abi.name})`,
    ...native.blocking,
    polled: { rank: native.rank, size: native.size, localRank, ...native.polled },
    end: native.end,
  };
}

function checked(options: MpiOptions): MpiOptions & { readonly timeout: number; readonly check: boolean } {
  const { library, timeout = 300, check = false } = knownOptions("mpi", options, ["library", "timeout", "check"]);
  if (library !== undefined && typeof library !== "string")
    throw new MpiError(`\`library\` must be the path of a file; got ${shown(library)}.`);
  positive("mpi", { timeout });
  flag("mpi", { check });
  return { library, timeout, check };
}

function single(): MpiWorld {
  const world = alone();
  const later =
    <A extends readonly unknown[]>(f: (...args: A) => void) =>
    async (...args: A): Promise<void> =>
      f(...args);
  return {
    ...world,
    polled: {
      ...world,
      sum: later(world.sum),
      reduceScatter: later(world.reduceScatter),
      allToAll: later(world.allToAll),
      gather: later(world.gather),
      broadcast: later(world.broadcast),
      barrier: later(world.barrier),
    },
    library: "",
    end: () => {},
  };
}

/** How many ranks before this one run on the same host. */
function placeOnHost({ rank, size, blocking }: Collectives): number {
  const hosts = new Int32Array(size);
  hosts[rank] = hashOf(hostname());
  blocking.gather(hosts, Array<number>(size).fill(1));
  return hosts.subarray(0, rank).filter((host) => host === hosts[rank]).length;
}

/** A process that exits normally shuts MPI down; one that fails ends the others too, or they would wait for ever. */
function endWithProcess(native: Collectives): void {
  // MPI ends the process before Node can print the error.
  process.on("uncaughtExceptionMonitor", (error) => {
    const what = error instanceof MpiError ? `${error.name}: ${error.message}` : (error.stack ?? String(error));
    writeSync(2, `Rank ${native.rank} of ${native.size} ends. ${what}\n`);
  });
  process.on("exit", (code) => {
    if (native.ended()) return;
    if (code === 0 && !native.failed()) native.end();
    else native.abort(native.failed() ? RESTART : code);
  });
}

/** EX_TEMPFAIL of sysexits.h: start again from the last checkpoint. */
const RESTART = 75;
