import { existsSync, realpathSync } from "node:fs";
import path from "node:path";
import koffi, { type LibraryHandle } from "koffi";
import { type Abi, mpich, openMpi, standard } from "./abi.ts";
import { MpiError } from "./error.ts";

/** The names that MPI libraries have, those of the standard interface first. */
const NAMES: readonly string[] = [
  "libmpi_abi.so.1",
  "libmpi.so.40",
  "libmpi.so.12",
  "libmpich.so.12",
  "libmpi_abi.dylib",
  "libmpi.dylib",
];

/**
 * A library starts by looking over the whole machine, and koffi's own stacks are small: Debian's MPICH 4.0 overflows one of
 * 128 kB, which is a segmentation fault. Koffi takes them only before the first library that the process loads.
 */
const STACKS = {
  sync_stack_size: 8 << 20,
  sync_heap_size: 8 << 20,
  async_stack_size: 4 << 20,
  async_heap_size: 4 << 20,
} as const;

/** Whether the stacks are large enough, as far as that can still be changed. */
function hasRoom(): boolean {
  const now = koffi.config() as Readonly<Record<string, number>>;
  if (Object.entries(STACKS).every(([name, bytes]) => now[name]! >= bytes)) return true; // of the same names
  try {
    koffi.config(STACKS);
    return true;
  } catch {
    return false; // a library was loaded
  }
}
const roomy = hasRoom();

/**
 * UCX, MPICH's transport, patches the code of mmap and munmap in memory as it starts, while Node's other threads run it: about
 * one start in a hundred ended in a segmentation fault. Only RDMA needs what it learns from them.
 */
const quiet = { UCX_MEM_EVENTS: "n", UCX_MEM_MMAP_HOOK_MODE: "none" } as const;

/** An MPI library, opened. */
export interface Library {
  readonly file: string;
  readonly abi: Abi;
  /** A function of MPI that returns an error code; `H` stands for a handle. If it is not 0, throws MPI's message. */
  call(name: string, ...args: readonly string[]): (...values: readonly unknown[]) => void;
  /** Whether the library has a function. */
  has(name: string): boolean;
  /** "MPICH 5.0.2", also before MPI has started. */
  version(): string;
  /** Has the system end this process after so many seconds, even within a call of MPI; 0 takes that back. */
  alarm(seconds: number): void;
}

/** Folders where the library of the mpirun in PATH lies. */
function besideMpirun(env: Readonly<Record<string, string | undefined>>): string[] {
  const found = (env["PATH"] ?? "")
    .split(path.delimiter)
    .map((folder) => path.join(folder, "mpirun"))
    .find((file) => existsSync(file));
  if (found === undefined) return [];
  const home = path.dirname(path.dirname(realpathSync(found)));
  return ["lib", "lib64"].map((folder) => path.join(home, folder));
}

/** Opens the named library, else the one beside mpirun, else the system's. Throws if there is none. */
export function openLibrary(named: string | undefined, env: Readonly<Record<string, string | undefined>>): Library {
  if (!roomy)
    throw new MpiError(
      "Another package has loaded a library through koffi, and MPI needs larger stacks than koffi has since. Import @descent/mpi before that package.",
    );
  const beside = besideMpirun(env).flatMap((folder) => NAMES.map((name) => path.join(folder, name)));
  for (const [name, value] of Object.entries(quiet)) process.env[name] ??= value;
  const candidates = named === undefined ? [...beside.filter((file) => existsSync(file)), ...NAMES] : [named];
  for (const file of candidates) {
    let library: LibraryHandle;
    try {
      library = koffi.load(file);
    } catch (error) {
      if (named === undefined) continue;
      throw new MpiError(`The MPI library ${file} cannot be opened: ${error instanceof Error ? error.message : error}`);
    }
    return withErrors(file, library);
  }
  throw new MpiError(
    "No MPI library was found beside mpirun or among the system's. Install one (python3 -m pip install mpich==5.0.2, or apt-get install openmpi-bin), or name its file in `library` or DESCENT_MPI.",
  );
}

function withErrors(file: string, library: LibraryHandle): Library {
  const abi = abiOf(file, library);
  const describe = library.func("MPI_Error_string", "int", ["int", "void *", "void *"]);
  const textOf = (code: number): string => {
    const text = Buffer.alloc(8192);
    const length = Buffer.from(new ArrayBuffer(4));
    describe(code, text, length);
    return text.toString("utf8", 0, length.readInt32LE());
  };
  return {
    file,
    abi,
    alarm: alarm(),
    has: (name) => {
      try {
        return library.symbol(name) !== null;
      } catch {
        return false;
      }
    },
    version: () => {
      const [text, length] = [Buffer.alloc(8192), Buffer.from(new ArrayBuffer(4))];
      library.func("MPI_Get_library_version", "int", ["void *", "void *"])(text, length);
      const said = text.toString("utf8", 0, length.readInt32LE());
      const mpich = /^(MPICH) Version:\s*(\S+)/.exec(said);
      const first = said.split(/[,\n]/)[0] ?? "";
      return mpich ? `${mpich[1]} ${mpich[2]}` : first.trim().replace(/^Open MPI v/, "Open MPI ");
    },
    call: (name, ...args) => {
      const f = library.func(
        name,
        "int",
        args.map((type) => (type === "H" ? abi.handle : type)),
      );
      return (...values) => {
        const code: unknown = f(...values);
        if (code !== 0) throw new MpiError(`${name}: ${textOf(Number(code))}`);
      };
    },
  };
}

/** POSIX's alarm, whose signal ends a process that nothing else can reach. Windows has none, and waits. */
function alarm(): (seconds: number) => void {
  try {
    const set = koffi.load(null).func("alarm", "uint", ["uint"]);
    return (seconds) => void set(Math.ceil(seconds));
  } catch {
    return () => {};
  }
}

function abiOf(file: string, library: LibraryHandle): Abi {
  if (path.basename(file).includes("mpi_abi")) return standard;
  const at = (symbol: string): bigint => koffi.address(library.symbol(symbol));
  try {
    at("ompi_mpi_comm_world");
  } catch {
    return mpich;
  }
  return openMpi(at);
}
