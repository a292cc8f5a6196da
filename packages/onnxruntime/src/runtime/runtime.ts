import { OptimizerError } from "@descent/core";
import type { FileUrl } from "@descent/files";
import { isUrl } from "../files/read.ts";

/** The part of an ONNX Runtime tensor that is used here: the same in onnxruntime-node and onnxruntime-web. */
export interface RuntimeTensor {
  readonly type: string;
  readonly dims: readonly number[];
  readonly location: string;
  readonly data: unknown;
  getData(releaseData?: boolean): Promise<unknown>;
  dispose(): void;
}

/** The part of an ONNX Runtime session that training uses. */
export interface RuntimeSession {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  run(
    feeds: Readonly<Record<string, RuntimeTensor>>,
    fetches: Readonly<Record<string, RuntimeTensor | null>> | readonly string[],
  ): Promise<Readonly<Record<string, RuntimeTensor>>>;
  release(): Promise<void>;
}

/** The module that `import * as ort from "onnxruntime-node"` (or `-web`) gives. */
export interface Runtime {
  readonly InferenceSession: {
    create(model: Uint8Array, options?: object): Promise<RuntimeSession>;
  };
  readonly Tensor: (new (
    type: "float32",
    data: Float32Array,
    dims: readonly number[],
  ) => RuntimeTensor) & {
    fromGpuBuffer?(buffer: unknown, options: { dataType: "float32"; dims: readonly number[] }): RuntimeTensor;
  };
  /** onnxruntime-node has it. */
  readonly listSupportedBackends?: () => readonly { readonly name: string }[];
  readonly env?: {
    readonly versions?: { readonly common?: string; readonly node?: string; readonly web?: string };
    readonly webgpu?: object;
  };
}

/** A provider by name or with its options, as ONNX Runtime takes it. */
export type ExecutionProvider = string | ({ readonly name: string } & Readonly<Record<string, unknown>>);

export const providerName = (provider: ExecutionProvider): string =>
  typeof provider === "string" ? provider : provider.name;

/** A runtime that is given, or the module of this name or address; onnxruntime-node where none is told. */
export async function runtimeOf(given: Runtime | string | FileUrl | undefined): Promise<Runtime> {
  if (given !== undefined && typeof given !== "string" && !isUrl(given)) return given;
  const name = String(given ?? "onnxruntime-node"); // not a literal, so that bundlers for browsers leave it alone
  let module: object & { readonly default?: object };
  try {
    module = await import(/* @vite-ignore */ /* webpackIgnore: true */ name);
  } catch (cause) {
    throw new OptimizerError(notImported(name, given === undefined, cause as NodeJS.ErrnoException), { cause });
  }
  for (const one of [module, module.default]) // CommonJS seen through ESM has a default
    if (one && isRuntime(one)) return one;
  throw new OptimizerError(
    `\`runtime\` must be ONNX Runtime; the module ${name} has no \`InferenceSession\`. Use "onnxruntime-node" or "onnxruntime-web".`,
  );
}

const isRuntime = (x: object): x is Runtime => "InferenceSession" in x && "Tensor" in x;

function notImported(name: string, isDefault: boolean, { code, message }: NodeJS.ErrnoException): string {
  // the package itself, and not a file of it
  const missing = code === "ERR_MODULE_NOT_FOUND" && message.includes(`package '${name}'`);
  if (isDefault)
    return `onnxruntime-node ${missing ? "is not installed" : `cannot be imported (${message})`}, and no runtime was given. Run \`npm install onnxruntime-node\`, or pass \`runtime: ort\` (in a browser, onnxruntime-web).`;
  if (missing) return `The runtime ${name} is not installed. Run \`npm install ${name}\`.`;
  return `The runtime ${name} cannot be imported: ${message}`;
}

/** Why a tensor is not fed. */
export const refusal = (name: string, location: string): OptimizerError =>
  new OptimizerError(
    `\`${name}\` is on a device (${location}) that the provider cannot read. Copy it to the host first.`,
  );

/**
 * WebGPU convolutions in the provider's own layout give wrong numbers for some channel counts (6, 9, 15 … in, a multiple
 * of 4 out; onnxruntime issue 29651), so they are asked for in the model's layout.
 */
export const safely = (provider: ExecutionProvider): ExecutionProvider =>
  providerName(provider) === "webgpu"
    ? { preferredLayout: "NCHW", ...(typeof provider === "string" ? { name: provider } : provider) }
    : provider;
