import { OptimizerError } from "@descent/core";
import {
  type BlockingWorld,
  knownOptions,
  type NonFinite,
  nonFiniteOption,
  oneOf,
  shown,
  whole,
  worldOf,
} from "@descent/core/adapter";
import { type Precision, type Precisions, precisions } from "./codec/precisions.ts";
import type { Matmul } from "./matrices/product.ts";
import { MOST_THREADS, notShared } from "./threads/support.ts";
import type { Native } from "./wasm/native.ts";
import { refusal } from "./wasm/support.ts";
import { isLocalSteps, type LocalSteps } from "./world/local-steps.ts";
import type { Shard } from "./world/ranks.ts";

/** How kernels run: as WebAssembly, or by an interpreter that generates no code. */
export type Engine = "wasm" | "interpreter";

/** Options of `optimizer`. */
export interface OptimizerOptions {
  /**
   * `wasm` (an error where it is not allowed) or `interpreter`, which generates no code and is some fifty times
   * slower; by default the first of these that is allowed. Both give the same bits.
   */
  readonly engine?: Engine | undefined;
  /**
   * How many threads share a step, this one included; 1 by default. They need WebAssembly, and parameters and gradients
   * from `allocate(shapes, { shared: true })`. The bits are those of one thread. Small steps, and those before the workers
   * have started, run on this thread alone. `dispose()` ends the workers; they do not keep a process alive.
   */
  readonly threads?: number | undefined;
  /**
   * Runs kernels as machine code of this computer's processor, to the same bits: `await native()` of `@descent/native`. Where
   * there is no C compiler, and for what C cannot do to the bit, WebAssembly runs; `inspect().native` says why.
   */
  readonly native?: Native | undefined;
  /**
   * Replaces the built-in matrix product: `await onnxMatmul()` of `@descent/onnxruntime` is two to four times as fast. The
   * bits then come from that library and may differ between machines.
   */
  readonly matmul?: Matmul | undefined;
  /**
   * How the state is stored: `float32` (the default, 4 bytes per number), `bfloat16` rounded at random (2 bytes) or `float8`
   * in blocks of 256 with a common scale (1.01 bytes); for every slot, or by name: `{ m: "float8", v: "bfloat16" }`.
   * Arithmetic stays float32. Slots of one number per row, column or tensor, tensors of fewer than 4096 numbers, and
   * matrices that a rule multiplies are always stored in float32. Steps with such state run on one thread. A saved state is
   * float32 and loads into any precision, and into the same one exactly.
   */
  readonly state?: Precision | Readonly<Record<string, Precision>> | undefined;
  /**
   * Handling of an update whose gradients, or other inputs, contain NaN or an infinity: `"apply"`, the default; `"throw"` an error, the default among
   * ranks, since one of them would spoil all; or `"skip"` the step. The last two change nothing, are counted by `inspect().nonFinite`, and read the gradients once more:
   * about 0.1 ns per number in memory of `allocate`, 0.6 ns elsewhere.
   */
  readonly nonFinite?: NonFinite | undefined;
  /**
   * Weights that are given under several names, `[["embedding", "head"]]`: one parameter, under the first name, whose
   * gradient is the sum of those that are given under any of its names. On one thread.
   */
  readonly tied?: readonly (readonly string[])[] | undefined;
  /**
   * The processes that train together, `await mpi()` of `@descent/mpi`: every update first replaces the gradients, in the
   * arrays given, by their means over all ranks. All ranks start from the parameters of rank 0, must be given gradients of
   * the same parameters at each step, and hold the same bits throughout. In an elastic world an update during which a rank is lost
   * returns on the others without having stepped, or as a step that another rank had taken: loop by `step`.
   */
  readonly world?: BlockingWorld | undefined;
  /**
   * The numbers that ranks of a world divide among them. `"state"` (ZeRO-1): each keeps its part of the state and steps its part of the
   * parameters, which are then gathered. `"gradients"` (ZeRO-2): each gets its part of the mean gradients only,
   * which sends a third less; `update` of a generator never holds all of them. A record's arrays stay whole and as they are, and the part
   * takes 1/N of their memory besides. Rules that go element by element are cut anywhere; a tensor whose rule sums
   * within it or multiplies matrices (LAMB, Muon, Shampoo) belongs to one rank. A saved state is whole, and loads into any
   * number of ranks.
   */
  readonly shard?: Shard | undefined;
  /**
   * Lets ranks train alone between exchanges: `localSteps({ every: 50, outer: nesterov({ lr: 0.7, momentum: 0.9 }) })`. They hold
   * the same bits after each exchange only. Call `state()` then, on all ranks: it has the mean of their states.
   */
  readonly local?: LocalSteps | undefined;
  /**
   * Updates between comparisons of the parameters of all ranks, bit by bit; default 100, and 0 for none. A rank that differs is
   * an error on all of them.
   */
  readonly digestEvery?: number | undefined;
}

const OPTIONS = [
  "engine",
  "threads",
  "native",
  "matmul",
  "state",
  "nonFinite",
  "tied",
  "world",
  "shard",
  "digestEvery",
  "local",
] as const;
const SHARDS: readonly Shard[] = ["state", "gradients"];
const ENGINES: readonly Engine[] = ["wasm", "interpreter"];

/** The options with their defaults. */
export interface CheckedOptions extends Precisions {
  readonly engine: Engine;
  readonly threads: number;
  readonly native: Native | undefined;
  readonly matmul: Matmul | undefined;
  readonly nonFinite: NonFinite;
  readonly tied: unknown;
  /** Undefined where there is one process. */
  readonly world: BlockingWorld | undefined;
  /** Undefined where there is one process. */
  readonly shard: Shard | undefined;
  readonly digestEvery: number;
  readonly local: LocalSteps | undefined;
}

/** The options of `optimizer`, checked. Throws an OptimizerError for unknown options and for those this machine cannot satisfy. */
export function checkOptions(given: OptimizerOptions): CheckedOptions {
  const options = knownOptions("optimizer", given, OPTIONS);
  const {
    engine,
    threads = 1,
    native,
    matmul,
    state,
    nonFinite,
    tied,
    world,
    shard,
    digestEvery = 100,
    local,
  } = options;
  if (local !== undefined && !isLocalSteps(local))
    throw new OptimizerError(`\`local\` must come from localSteps({ every, outer }); got ${shown(local)}.`);
  if (local !== undefined && shard !== undefined)
    throw new OptimizerError(
      "`shard` divides one state among ranks, and with `local` each has its own. Leave out one of them.",
    );
  if (shard !== undefined) oneOf("optimizer", { shard }, SHARDS);
  whole("optimizer", { digestEvery });
  const ranks = worldOf(world);
  if (shard !== undefined && world === undefined)
    throw new OptimizerError(
      "`shard` divides the state among the ranks of a world. Give { world: await mpi() } of @descent/mpi, or leave `shard` out.",
    );
  if (ranks?.survives && (shard !== undefined || local !== undefined))
    throw new OptimizerError(
      `An elastic world goes on without a lost rank, and with \`${shard === undefined ? "local" : "shard"}\` that rank alone had a part of the training. Leave out one of them.`,
    );
  if (!Number.isSafeInteger(threads) || threads < 1 || threads > MOST_THREADS)
    throw new OptimizerError(`\`threads\` must be 1 to ${MOST_THREADS}; got ${shown(threads)}.`);
  if (matmul !== undefined && typeof (matmul as Partial<Matmul> | null)?.multiply !== "function")
    throw new OptimizerError(
      `\`matmul\` must have a function \`multiply\`; got ${shown(matmul)}. Give { matmul: await onnxMatmul() } of @descent/onnxruntime.`,
    );
  const chosen = chosenEngine(engine);
  if (native !== undefined && typeof (native as Partial<Native> | null)?.compile !== "function")
    throw new OptimizerError(
      `\`native\` must have a function \`compile\`; got ${shown(native)}. Give { native: await native() } of @descent/native.`,
    );
  if (native !== undefined && chosen !== "wasm")
    throw new OptimizerError(
      "`native` compiles the kernels of WebAssembly, and the interpreter has none. Leave out `native`, or `engine`.",
    );
  if (threads > 1) {
    const why = chosen === "wasm" ? notShared() : "the interpreter runs on one thread; they need WebAssembly";
    if (why !== undefined) throw new OptimizerError(`Threads cannot be used here: ${why}.`);
    if (tied !== undefined)
      throw new OptimizerError(
        "`tied` adds gradients up outside the memory that threads share. Give tied weights once, under one name, and add their gradients up yourself; or leave out `threads`.",
      );
  }
  return {
    engine: chosen,
    threads,
    native,
    matmul,
    ...precisions(state),
    nonFinite: nonFiniteOption("optimizer", nonFinite, ranks ? "throw" : "apply"),
    tied,
    world: ranks,
    shard: ranks && shard,
    digestEvery,
    local,
  };
}

function chosenEngine(engine: unknown): Engine {
  if (engine !== undefined) oneOf("optimizer", { engine }, ENGINES);
  if (engine === "interpreter") return engine;
  const why = refusal();
  if (why === undefined) return "wasm";
  if (engine === undefined) return "interpreter";
  throw new OptimizerError(
    `WebAssembly cannot be used here: ${why}. Under a content security policy add 'wasm-unsafe-eval' to script-src, or use { engine: "interpreter" }.`,
  );
}
