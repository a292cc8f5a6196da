import { OptimizerError } from "@descent/core";
import {
  checkConfigured,
  flag,
  isCallback,
  isRecord,
  knownOptions,
  nonFiniteOption,
  oneOf,
  readsInput,
  refuseRepeated,
  shown,
  worldOf,
} from "@descent/core/adapter";
import { isUrl } from "./files/read.ts";
import type { OpenOptions, TrainerOptions } from "./options.ts";

/** Throws unless an option, given by its name, is one that `where` takes. */
type Check = (where: string, given: Readonly<Record<string, unknown>>) => void;

const must =
  (want: string, fits: (value: unknown) => boolean): Check =>
  (where, given) => {
    for (const [name, value] of Object.entries(given))
      if (!fits(value)) throw new OptimizerError(`\`${where}\`: \`${name}\` must ${want}; got ${shown(value)}.`);
  };
const word =
  (...words: readonly string[]): Check =>
  (where, given) =>
    oneOf(where, given, words);
/** Core looks at it. */
const elsewhere: Check = () => {};

/** An object that is read by name, whoever made it: a session's options may be an instance. */
const isObject = (x: unknown): x is Readonly<Record<string, unknown>> =>
  typeof x === "object" && x !== null && !Array.isArray(x) && !ArrayBuffer.isView(x) && !(x instanceof Promise);
const isNames = (x: unknown): x is readonly string[] => Array.isArray(x) && x.every((name) => typeof name === "string");
/** As `must`; of the names in it none may come twice. */
const mustOnce =
  (want: string, fits: (value: unknown) => boolean): Check =>
  (where, given) => {
    must(want, fits)(where, given);
    for (const [name, value] of Object.entries(given))
      if (Array.isArray(value)) refuseRepeated(`\`${where}\`: \`${name}\``, value.flat());
  };

const ofOpen: Readonly<Record<keyof OpenOptions, Check>> = {
  optimizer: elsewhere,
  executionProviders: must(
    'be a list of at least one provider, such as ["cpu"] or ["webgpu", "wasm"]',
    (x) => Array.isArray(x) && x.length > 0 && x.every(isProvider),
  ),
  runtime: must(
    'be a module such as `import * as ort from "onnxruntime-web"`, or its name',
    (x) => typeof x === "string" || isUrl(x) || isRuntime(x),
  ),
  sessionOptions: must("be an object of options of InferenceSession.create", isRecord),
  worker: must(
    "be true, false or a function that returns a new Worker",
    (x) => typeof x === "boolean" || typeof x === "function",
  ),
  plan: word("host", "graph", "device"),
  nonFinite: elsewhere,
  native: must("be what `await native()` of @descent/native returns", (x) => isRecord(x) && isCallback(x.compile)),
  accumulate: must("be a whole number of batches, at least 1", (x) => Number.isSafeInteger(x) && Number(x) >= 1),
  seed: must("be a whole number, 0 or above", (x) => Number.isSafeInteger(x) && Number(x) >= 0),
  hutchinson: must("be a whole number of directions, at least 1", (x) => Number.isSafeInteger(x) && Number(x) >= 1),
  world: elsewhere,
  shard: must('be "state" or "gradients"', (x) => x === "state" || x === "gradients"),
  state: must(
    'be "float32", "bfloat16" or "float8", or one of them by slot: { m: "float8" }',
    (x) => isPrecision(x) || (isRecord(x) && Object.values(x).every(isPrecision)),
  ),
};

const ofCreate: Readonly<Record<keyof TrainerOptions, Check>> = {
  ...ofOpen,
  loss: must(
    "be a loss such as crossEntropy(), or a function (graph, outputs) => name",
    (x) => isCallback(x) || (isObject(x) && isCallback(x.build)),
  ),
  trainable: mustOnce(
    "be a list of names, a pattern such as /^head/, or a function (parameter) => boolean",
    (x) => isNames(x) || x instanceof RegExp || isCallback(x),
  ),
  tie: mustOnce(
    'be false or groups of two or more names: [["embed.weight", "head.weight"]]',
    (x) => x === false || (Array.isArray(x) && x.every((group) => isNames(group) && group.length > 1)),
  ),
  untie: mustOnce("be false or a list of names", (x) => x === false || isNames(x)),
  outputs: mustOnce("be a list of the model's outputs by name", isNames),
  shapes: must(
    'give sizes by input: { input: ["batch", 3, 224, 224] }',
    (x) => isRecord(x) && Object.values(x).every(Array.isArray),
  ),
  batchNorm: must(
    'be "batch", "frozen" or one of them by the name of a scale: { "bn1.weight": "batch" }',
    (x) => isBatchNormMode(x) || (isRecord(x) && Object.values(x).every(isBatchNormMode)),
  ),
  fixed: must("give values by input: { sr: 16000n }", isRecord),
  stopGradient: mustOnce("be a list of values by name", isNames),
  paddingIdx: must(
    'give a row by table: { "embed.weight": 0 }',
    (x) => isRecord(x) && Object.values(x).every((row) => Number.isSafeInteger(row) && Number(row) >= -1),
  ),
  rows: mustOnce('be a list of tables by name: ["embedding.weight"]', isNames),
  gradients: must(
    "give functions by operator",
    (x) => isRecord(x) && Object.values(x).every((rule) => typeof rule === "function"),
  ),
  unreached: word("error", "zeros", "leave"),
  checkpoint: word("blocks"),
  external: must("be a function (location, offset, length) => bytes", (x) => typeof x === "function"),
  externalRoot: must("be the path of a folder", (x) => typeof x === "string" && x !== ""),
};

const isPrecision = (x: unknown): boolean => x === "float32" || x === "bfloat16" || x === "float8";
const isBatchNormMode = (x: unknown): boolean => x === "batch" || x === "frozen";
const isProvider = (x: unknown): boolean => typeof x === "string" || (isRecord(x) && typeof x.name === "string");
const isRuntime = (x: unknown): boolean =>
  typeof x === "object" && x !== null && "InferenceSession" in x && "Tensor" in x;

/** Refuses options that do not exist and values of the wrong kind, so that a typing mistake is not a default. */
function checkOptions<T extends object>(where: string, options: T, checks: Readonly<Record<keyof T, Check>>): void {
  const names = Object.keys(checks) as (keyof T & string)[]; // as typed
  knownOptions(where, options, names);
  for (const name of names) if (options[name] !== undefined) checks[name](where, { [name]: options[name] });
}

function checked<T extends OpenOptions>(where: string, options: T, checks: Readonly<Record<keyof T, Check>>): void {
  checkOptions(where, options, checks);
  checkConfigured(options.optimizer, where);
  checkHutchinson(where, options);
  if (worldOf(options.world)) checkExchange(where, options);
  if (options.world?.survives && options.shard !== undefined)
    throw new OptimizerError(
      `${where}: an elastic world goes on without a lost rank, and with \`shard\` that rank alone had a part of the state. Leave out one of them.`,
    );
  if (options.native !== undefined) checkNative(where, options);
  if (options.shard !== undefined && options.world === undefined)
    throw new OptimizerError(
      `${where}: \`shard\` divides the state among the ranks of a world. Give { world: await mpi() } of @descent/mpi, or leave \`shard\` out.`,
    );
  nonFiniteOption(where, options.nonFinite, "throw");
}

/** Throws unless these are options of `inspectModel`. */
export function checkInspect(
  options: Pick<
    TrainerOptions,
    "tie" | "untie" | "fixed" | "stopGradient" | "paddingIdx" | "shapes" | "external" | "externalRoot"
  >,
): void {
  const { tie, untie, fixed, stopGradient, paddingIdx, shapes, external, externalRoot } = ofCreate;
  checkOptions("inspectModel", options, {
    tie,
    untie,
    fixed,
    stopGradient,
    paddingIdx,
    shapes,
    external,
    externalRoot,
  });
}

/** Throws where gradients cannot be exchanged. */
function checkExchange(where: string, { plan = "host", worker = false }: OpenOptions): void {
  if (plan !== "host")
    throw new OptimizerError(
      `${where}: \`world\` needs plan: "host"; the plan ${shown(plan)} keeps gradients where no other process reaches them.`,
    );
  if (worker !== false)
    throw new OptimizerError(
      `${where}: \`world\` cannot be used in a worker, since MPI belongs to the thread that started it. Leave \`worker\` out.`,
    );
}

/** Throws where no update runs in this thread's memory. */
function checkNative(where: string, { plan = "host", worker = false }: OpenOptions): void {
  if (plan !== "host")
    throw new OptimizerError(
      `${where}: \`native\` compiles the update on the host, and the plan ${shown(plan)} makes it elsewhere. Leave out \`native\`, or give plan: "host".`,
    );
  if (worker !== false)
    throw new OptimizerError(
      `${where}: \`native\` is machine code of this thread, and the update runs in a worker. Leave out \`native\` or \`worker\`.`,
    );
}

/** Throws where nothing reads an estimate of the curvature, or it cannot be made. */
function checkHutchinson(
  where: string,
  { hutchinson, optimizer, accumulate = 1, rows = [] }: OpenOptions & Pick<TrainerOptions, "rows">,
): void {
  if (hutchinson === undefined) return;
  const why = !readsInput(optimizer, "h")
    ? "no rule of `optimizer` reads `h`. Leave it out"
    : accumulate !== 1
      ? "gradients of several batches wait for one update. Leave out `accumulate`"
      : rows.length > 0
        ? "gradients of rows are not differentiated again. Leave out `rows`"
        : undefined;
  if (why !== undefined) throw new OptimizerError(`${where}: \`hutchinson\` cannot be used here, because ${why}.`);
}

/** Throws where gradients of rows cannot be applied as such. */
function checkRows(where: string, { rows = [], plan = "host", accumulate = 1, world }: TrainerOptions): void {
  if (rows.length === 0) return;
  const why =
    plan !== "host"
      ? `the plan ${shown(plan)} steps whole tensors. Use plan: "host"`
      : accumulate !== 1
        ? "gradients of several batches are added up as whole tensors. Leave out `accumulate`"
        : worldOf(world)
          ? "processes look up rows of their own. Leave out `world`"
          : undefined;
  if (why !== undefined) throw new OptimizerError(`${where}: \`rows\` cannot be used here, because ${why}.`);
}

/** Throws unless these are options of `Trainer.create`. */
export function checkCreate(options: TrainerOptions): void {
  checked("Trainer.create", options, ofCreate);
  checkRows("Trainer.create", options);
}
/** Throws unless these are options of `Trainer.open`. */
export const checkOpen = (options: OpenOptions): void => checked("Trainer.open", options, ofOpen);

/** Refuses options of a method that it does not have, or that are not true or false. */
export function checkSwitches<Name extends string>(
  method: string,
  options: { readonly [K in Name]?: boolean | undefined },
  names: readonly Name[],
): void {
  knownOptions(method, options, names);
  for (const name of names) if (options[name] !== undefined) flag(method, { [name]: options[name] });
}
