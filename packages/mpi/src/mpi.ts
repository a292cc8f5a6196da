import { readFileSync, writeSync } from "node:fs";
import { availableParallelism, hostname } from "node:os";
import { flag, hashOf, knownOptions, positive, ranksText, shown } from "@descent/core/adapter";
import { alike } from "./alike.ts";
import { alone } from "./alone.ts";
import { type Collectives, collectives } from "./collectives.ts";
import { MpiError } from "./error.ts";
import { endStray, endWithProcess, fail, hearLauncher } from "./failing.ts";
import { launcherOf, OPEN_MPI } from "./launcher.ts";
import { openLibrary } from "./library.ts";
import { Standing, tracesFolder } from "./standing.ts";
import { version } from "./version.ts";
import type { World } from "./world.ts";

/** Options of `mpi`. */
export interface MpiOptions {
  /** The file of the MPI library: default DESCENT_MPI, else the one beside mpirun, else the system's. */
  readonly library?: string | undefined;
  /** Seconds that an operation may wait for the other ranks; default 300. */
  readonly timeout?: number | undefined;
  /** Whether every operation first checks that all ranks call the same one, which costs a small message; default false. */
  readonly check?: boolean | undefined;
  /**
   * Whether the ranks that are left go on where one is gone, which the optimizers of `@descent/arrays` and `@descent/tfjs` and the
   * Trainer of `@descent/onnxruntime` can; default false. Needs Open MPI 5, started by `descent-mpirun --elastic` or `mpirun --with-ft ulfm`.
   */
  readonly elastic?: boolean | undefined;
}

/** All processes that the launcher started. Its operations block; those of `polled` are promises. */
export interface MpiWorld extends World<void> {
  /** The same operations, during which timers, signals and other work go on. One at a time. */
  readonly polled: World<Promise<void>> & { readonly promised: true };
  /** The MPI library in use: "MPICH 5.0.2 (MPI 5 ABI)"; empty for a process alone. */
  readonly library: string;
  /**
   * Says how many updates are done, for the message where a rank is lost. Optimizers and trainers that were given the world call it
   * by themselves.
   */
  at(step: number): void;
  /**
   * Says after how many updates the parameters of all ranks were last the same bits, and whether they still are, for the message where
   * they are not: it names a checkpoint from before. Optimizers call it.
   */
  compared(step: number, same: boolean): void;
  /**
   * Says that the checkpoint after that many updates is complete, on every rank that can go on from it: the message where a rank is
   * lost names it, and says `resume`, a sentence such as "Go on with: mpirun -n 2 node train.js --resume".
   */
  saved(step: number, checkpoint: string, resume?: string): void;
  /**
   * Ends all ranks with exit code 75 and one message: the error, rank, step, last checkpoint and how to go on. An error that nothing
   * catches does so by itself. With a `code` of its own, 1 to 255, the message is the error alone, as where an option is wrong and
   * nothing can go on. Throws the error in a world of one.
   */
  fail(error: unknown, code?: number): never;
  /** Where it is elastic: goes on without ranks that are gone, if these are the cause of an error. Optimizers call it. */
  survives?(error: unknown): boolean;
  /** Shuts MPI down in this process once all ranks have called it. A process that exits normally does so by itself. */
  end(): void;
}

let joined: Promise<MpiWorld> | undefined;

/**
 * The processes that mpirun started; without mpirun this process alone, which needs no MPI:
 * `const world = await mpi()`. Calls the machine's own MPI (MPICH, Open MPI 4 and 5, any library with the MPI 5 ABI) without
 * copies; sums go in pieces of 4 MB, or of half a megabyte between hosts. One world per process: a second call returns it. Throws an
 * MpiError if no library is found, or if mpirun and the library belong to different MPIs, because every process would train a model alone.
 */
export function mpi(options: MpiOptions = {}): Promise<MpiWorld> {
  joined ??= join(options).catch((error) => {
    joined = undefined;
    throw error;
  });
  return joined;
}

async function join(options: MpiOptions): Promise<MpiWorld> {
  const { library: named = process.env["DESCENT_MPI"] || undefined, timeout, check, elastic } = checked(options);
  const launcher = launcherOf(process.env);
  if (!launcher && named === undefined) return single();
  const library = openLibrary(named, process.env);
  const name = library.version();
  /** An error of all processes, of which the first one speaks. */
  const refused = (text: string): MpiError => {
    const error = new MpiError(text);
    endStray(error, launcher?.rank ?? 0);
    return error;
  };
  const stray = (sees: string): MpiError =>
    refused(
      `${launcher?.name} started ${launcher?.size} processes, and ${library.file} (${name}) ${sees}: they are of two different MPIs. Start with the mpirun of that library, or name the library of this one in DESCENT_MPI.`,
    );
  // MPICH would end the process by itself.
  if (launcher?.name === OPEN_MPI && name.startsWith("MPICH")) throw stray("cannot join them");
  const survivable = launcher?.name === OPEN_MPI && process.env["OMPI_MCA_mpi_ft_enable"] === "1";
  if (elastic && !(survivable && library.has("MPIX_Comm_shrink")))
    throw refused(
      `\`elastic\` needs Open MPI 5 with --with-ft ulfm, and this is ${name}${launcher ? ` under ${launcher.name}` : ""}. Start with: descent-mpirun --elastic -n 4 …`,
    );
  const standing = new Standing(launcher?.rank ?? 0, launcher?.size ?? 1, tracesFolder());
  const native = collectives(library, { timeout, check, standing, elastic });
  if (launcher && launcher.size !== native.size) {
    native.abandon();
    throw stray(`sees ${native.size}`);
  }
  hearLauncher();
  endWithProcess(native, standing, timeout);
  const localRank = placeOnHost(native);
  // Another engine's Math may round differently, and ranks must hold the same bits.
  const facts = { Descent: version(), V8: process.versions.v8, MPI: name, elastic };
  alike({ rank: native.rank, size: native.size, localRank, ...native.blocking }, facts);
  const survives = (error: unknown): boolean => {
    const gone = native.survive(error);
    if (!gone) return false;
    standing.moved(native.rank, native.size);
    if (native.rank === 0)
      writeSync(
        2,
        `${ranksText(gone)} of ${native.size + gone.length} ${gone.length === 1 ? "is" : "are"} lost at step ${standing.step}; ${native.size} go on.\n`,
      );
    return true;
  };
  /** The ranks of an elastic world are numbered anew when one is gone. */
  const numbered = <O>(operations: O): O & Pick<World<void>, "rank" | "size" | "localRank"> => {
    const own = { rank: { get: () => native.rank }, size: { get: () => native.size }, localRank: { value: localRank } };
    for (const one of Object.values(own)) Object.assign(one, { enumerable: true });
    return Object.defineProperties({ ...operations }, own) as O & Pick<World<void>, "rank" | "size" | "localRank">;
  };
  return numbered({
    library: `${name} (${library.abi.name})`,
    ...native.blocking,
    polled: numbered({ ...native.polled, promised: true as const }),
    at: (step: number) => standing.at(step),
    compared: (step: number, same: boolean) => standing.compared(step, same),
    saved: (step: number, checkpoint: string, resume?: string) => standing.saved(step, checkpoint, resume),
    fail: (error: unknown, code?: number) => fail(native, standing, error, codeOf(code)),
    end: native.end,
    ...(elastic ? { survives } : {}),
  });
}

function checked(
  options: MpiOptions,
): MpiOptions & { readonly timeout: number; readonly check: boolean; readonly elastic: boolean } {
  const {
    library,
    timeout = 300,
    check = false,
    elastic = false,
  } = knownOptions("mpi", options, ["library", "timeout", "check", "elastic"]);
  if (library !== undefined && typeof library !== "string")
    throw new MpiError(`\`library\` must be the path of a file; got ${shown(library)}.`);
  positive("mpi", { timeout });
  flag("mpi", { check, elastic });
  return { library, timeout, check, elastic };
}

/** An exit code that is a failure. */
function codeOf(code: unknown): number | undefined {
  if (code === undefined || (Number.isInteger(code) && Number(code) >= 1 && Number(code) <= 255))
    return code as number | undefined; // checked
  throw new MpiError(`fail takes an exit code of 1 to 255; got ${shown(code)}.`);
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
      promised: true,
      sum: later(world.sum),
      reduceScatter: later(world.reduceScatter),
      allToAll: later(world.allToAll),
      gather: later(world.gather),
      broadcast: later(world.broadcast),
      barrier: later(world.barrier),
    },
    library: "",
    at: () => {},
    compared: () => {},
    saved: () => {},
    fail: (error, code) => {
      codeOf(code);
      throw error;
    },
    end: () => {},
  };
}

/** Fits operations to the hosts and cores that ranks share; returns how many before this one run on the same host. */
function placeOnHost({ rank, size, blocking, place }: Collectives): number {
  // Host, machine and cores of each rank. Containers are hosts that share a machine's cores.
  const facts = new Int32Array(3 * size);
  facts.set([hashOf(hostname()), hashOf(machine()), availableParallelism()], 3 * rank);
  blocking.gather(facts, Array<number>(size).fill(3));
  const all = (fact: number): Int32Array => facts.filter((_, i) => i % 3 === fact);
  const [hosts, machines, cores] = [all(0), all(1), all(2)];
  const crowded = machines.some((one, r) => machines.filter((other) => other === one).length > cores[r]!); // one per rank
  place({ apart: hosts.some((host) => host !== hosts[0]), crowded });
  return hosts.subarray(0, rank).filter((host) => host === hosts[rank]).length;
}

/** A text that hosts share only where one machine runs them all, if the system has one. */
function machine(): string {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8");
  } catch {
    return hostname();
  }
}
