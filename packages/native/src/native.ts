import path from "node:path";
import { OptimizerError } from "@descent/core";
import { isRecord, knownOptions, shown } from "@descent/core/adapter";
import type { Kernel } from "@descent/core/kernels";
import { Cache, defaultFolder } from "./cache.ts";
import { type Compiler, findCompiler, libraryOf } from "./compiler.ts";
import { type Code, open, openWhole, type Whole } from "./open.ts";
import { print, refusal } from "./print.ts";

/** Options of `native`. */
export interface NativeOptions {
  /** The command of a C compiler; by default the one that `CC` names, else `cc`, `gcc` or `clang`. */
  readonly compiler?: string | undefined;
  /** Where compiled loops are kept, for this user alone, an absolute path; by default `descent-native` in the user's folder of caches. */
  readonly folder?: string | undefined;
  /**
   * How many threads share a loop of many numbers, whatever memory those lie in, to the same bits; 1 by default, at most 64. They are
   * the machine's own, not workers: they begin and end within a step.
   */
  readonly threads?: number | undefined;
}

/** A loop that was compiled: its code in this thread, and the library that another thread opens. */
export interface Compiled {
  /** The code, loaded in this thread. */
  readonly code: Code;
  /** The code for loops of any length, on several threads, and for arrays that lie outside the memory. */
  readonly whole: Whole;
  /** How many threads a long loop is for. */
  readonly threads: number;
  /** The path of the library. */
  readonly library: string;
}

/** The loops of rules as machine code: give it to `optimizer(…, { native })`. */
export interface Native {
  /** The compiler in one line; undefined where there is none. */
  readonly compiler: string | undefined;
  /** Why there is none, so that WebAssembly runs; undefined where there is one. */
  readonly why: string | undefined;
  /** The module whose `open(library)` gives other threads the code. */
  readonly opener: string;
  /** Compiles a loop, or takes it from the cache. A sentence says why it stays WebAssembly. */
  compile(kernel: Kernel): Compiled | string;
}

const MOST_THREADS = 64;

const opener = import.meta.url.replace(/native(\.[jt]s)$/, "open$1");

/** The smallest loop that can be compiled. */
const nothing: Kernel = { buffers: [], args: [], constants: [], order: [], sums: [], columnSums: [], byRows: false };

/**
 * Finds this machine's C compiler: `optimizer(parameters, adamw(), { native: await native() })` steps with vectors as wide as
 * the processor has, to the bits of WebAssembly, whose vectors are of 128 bits. Each loop is compiled once per machine, some
 * 0.1 s, in an optimizer's first step.
 *
 * Where there is no compiler, `why` and the optimizer's `inspect().native` say so, and WebAssembly runs. Throws an
 * OptimizerError for a compiler that was named and does not work, and for a folder that other users can open.
 */
export async function native(options: NativeOptions = {}): Promise<Native> {
  const { compiler, folder, threads = 1 } = knownOptions("native", options, ["compiler", "folder", "threads"]);
  for (const [name, value] of Object.entries({ compiler, folder }))
    if (value !== undefined && (typeof value !== "string" || value === ""))
      throw new OptimizerError(`\`${name}\` must be a string that is not empty; got ${shown(value)}.`);
  if (folder !== undefined && !path.isAbsolute(folder))
    throw new OptimizerError(
      `\`folder\` must be an absolute path, the same from wherever the program starts; got ${folder}.`,
    );
  if (!Number.isSafeInteger(threads) || threads < 1 || threads > MOST_THREADS)
    throw new OptimizerError(`\`threads\` must be 1 to ${MOST_THREADS}; got ${shown(threads)}.`);
  const named = compiler ?? (process.env["CC"] || undefined);
  const none = (why: string): Native => {
    if (compiler !== undefined) throw new OptimizerError(`The compiler \`${compiler}\` does not work here: ${why}.`);
    return { compiler: undefined, why, opener, compile: () => why };
  };
  if (!process.getuid) return none("on Windows libraries are not compiled");
  const found = findCompiler(compiler !== undefined ? [compiler] : [...(named ? [named] : []), "cc", "gcc", "clang"]);
  if ("why" in found) return none(found.why);
  const cache = new Cache(folder ?? defaultFolder());
  // A compiler may lack a linker, and a system may forbid what is compiled here: better known now than in a step.
  const tried = compileTo(nothing, found, cache, threads);
  if (typeof tried === "string") return none(tried);
  const known = new WeakMap<Kernel, Compiled | string>();
  return {
    compiler: found.name,
    why: undefined,
    opener,
    compile: (kernel) => {
      if (!isRecord(kernel) || !Array.isArray(kernel.order))
        throw new OptimizerError(`\`compile\` takes a kernel; got ${shown(kernel)}.`);
      let made = known.get(kernel);
      if (made === undefined) known.set(kernel, (made = compileTo(kernel, found, cache, threads)));
      return made;
    },
  };
}

function compileTo(kernel: Kernel, compiler: Compiler, cache: Cache, threads: number): Compiled | string {
  const why = refusal(kernel);
  if (why !== undefined) return why;
  const made = libraryOf(print(kernel), compiler, cache);
  if ("why" in made) return made.why;
  try {
    const { file } = made;
    return { code: open(file), whole: openWhole(file, kernel.buffers.length), threads, library: file };
  } catch (error) {
    return `its library does not load: ${String(error)}`;
  }
}
