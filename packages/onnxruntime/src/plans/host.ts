import { allocate, type Optimizer, type OptimizerOptions, optimizer } from "@descent/arrays";
import type { Configured } from "@descent/core";
import { type Shape, size } from "@descent/core/adapter";
import type { Weight } from "../graphs/source.ts";
import type { Runtime, RuntimeTensor } from "../runtime/runtime.ts";
import type { Compiled, Compiler } from "../session/compiler.ts";
import type { Pass, Residence, Tensors } from "./residence.ts";
import { gradientsOfRows } from "./rows.ts";
import type { GivenGradients, StepInputs } from "./training.ts";

/** Numbers in memory, and the tensor that is a view of them. */
export interface Held {
  readonly data: Float32Array;
  readonly tensor: RuntimeTensor;
}

/**
 * On the host: parameters, gradients and state lie in one WebAssembly memory, which ONNX Runtime reads and writes without a
 * copy, and one kernel call steps them all.
 */
export class HostResidence implements Residence<Held> {
  readonly plan = "host";
  readonly optimizer: Optimizer;
  readonly weights: ReadonlyMap<string, Held>;
  readonly #runtime: Runtime;
  readonly #gradients: Readonly<Record<string, Float32Array>>;
  /** Tensors that runs fill with gradients, where the runtime can. */
  readonly #into: ReadonlyMap<string, RuntimeTensor>;

  constructor(
    { runtime, fills }: Compiler,
    configured: Configured,
    weights: readonly Weight[],
    {
      matmul,
      native,
      world,
      shard,
      state,
    }: Pick<OptimizerOptions, "matmul" | "native" | "world" | "shard" | "state"> = {},
  ) {
    this.#runtime = runtime;
    const described = Object.fromEntries(weights.map(({ name, shape, role, axes }) => [name, { shape, role, axes }]));
    const { parameters, gradients } = allocate(described);
    const held = ({ name, shape, initial }: Weight): [string, Held] => {
      const data = parameters[name]!; // allocated by the same names
      data.set(initial);
      return [name, { data, tensor: this.#tensor(data, shape) }];
    };
    this.weights = new Map(weights.map(held));
    this.#gradients = gradients;
    this.#into = new Map(
      fills ? weights.map(({ name, shape }) => [name, this.#tensor(gradients[name]!, shape)] as const) : [],
    );
    this.optimizer = optimizer(parameters, configured, { matmul, native, world, shard, state });
  }

  hold(shape: Shape, initial?: Float32Array): Held {
    const data = initial?.slice() ?? new Float32Array(size(shape));
    return { data, tensor: this.#tensor(data, shape) };
  }

  feed({ tensor }: Held): RuntimeTensor {
    return tensor;
  }

  next(): undefined {}

  take({ data }: Held, result: RuntimeTensor): void {
    data.set(result.data as Float32Array); // all that is held is float32
  }

  drop(): void {}

  async read(held: readonly Held[]): Promise<Float32Array[]> {
    return held.map(({ data }) => data.slice());
  }

  writing(held: Held, data: Float32Array): () => void {
    return () => held.data.set(data);
  }

  arrays(held: readonly Held[]): Float32Array[] {
    return held.map(({ data }) => data);
  }

  free(): void {}

  staying(): Readonly<Record<string, unknown>> {
    return {};
  }

  update(inputs: StepInputs): Pass {
    return {
      ...this.#plain(),
      take: (results: Tensors, compiled, loss, examples) => {
        const { gradients, rows } = compiled;
        for (const [name, output] of gradients)
          if (!rows.has(name) && !this.#into.has(name))
            this.#gradients[name]!.set(results[output]!.data as Float32Array); // float32 for every parameter
        const all =
          rows.size > 0
            ? { ...this.#gradients, ...Object.fromEntries(gradientsOfRows(results, compiled)) }
            : this.#gradients;
        this.optimizer.update(all, this.optimizer.reads("loss") ? { ...inputs, loss } : inputs, { examples });
      },
    };
  }

  /** Where runs leave gradients there is no second buffer for sums: the graph would make new ones beside those it is given. */
  adding(sums: ReadonlyMap<string, Held>, first: boolean): Pass {
    const each = (results: Tensors, { gradients }: Compiled, use: (sum: Float32Array, g: Float32Array) => boolean) =>
      [...gradients].find(([name, output]) => {
        const g = this.#into.has(name) ? this.#gradients[name] : (results[output]!.data as Float32Array); // float32
        return use(sums.get(name)!.data, g!); // there are both for every parameter
      })?.[0];
    return {
      ...this.#plain(),
      fault: (results, compiled) => {
        const name = first ? undefined : each(results, compiled, overflows);
        return name === undefined ? undefined : `The gradient of \`${name}\` is not finite`;
      },
      take: (results, compiled) => {
        each(results, compiled, first ? copy : add);
      },
    };
  }

  /** The part of a pass that is the same for all: the graph is that of the gradients alone, and nothing is held for a run. */
  #plain(): Omit<Pass, "take"> {
    return {
      key: "",
      join: () => [],
      watched: (_, gradient) => gradient,
      feeds: {},
      into: (compiled) => this.#filled(compiled),
      drop: () => {},
      end: () => {},
    };
  }

  /** The tensors that a run fills with gradients, by output. */
  #filled({ gradients, rows }: Compiled): Record<string, RuntimeTensor> {
    const into: Record<string, RuntimeTensor> = {};
    for (const [name, output] of gradients) {
      const tensor = rows.has(name) ? undefined : this.#into.get(name);
      if (tensor) into[output] = tensor;
    }
    return into;
  }

  async apply(gradients: GivenGradients, inputs: StepInputs): Promise<void> {
    this.optimizer.update(gradients, inputs);
  }

  async applyMean(sums: ReadonlyMap<string, Held>, count: number): Promise<void> {
    for (const [name, { data }] of sums) {
      const g = this.#gradients[name]!; // there is one for every parameter
      for (let i = 0; i < data.length; i++) g[i] = data[i]! / count;
    }
    this.optimizer.update(this.#gradients);
  }

  dispose(): void {
    this.optimizer.dispose();
  }

  async release(): Promise<void> {}

  #tensor(data: Float32Array, shape: Shape): RuntimeTensor {
    return new this.#runtime.Tensor("float32", data, shape);
  }
}

/** Whether some sum of two numbers is too large for float32. */
function overflows(sum: Float32Array, g: Float32Array): boolean {
  let odd = 0;
  for (let i = 0; i < g.length; i++) {
    const x = Math.fround(sum[i]! + g[i]!);
    odd += x - x; // NaN for what is not finite
  }
  return odd !== 0;
}

function add(sum: Float32Array, g: Float32Array): false {
  for (let i = 0; i < g.length; i++) sum[i]! += g[i]!;
  return false;
}

function copy(sum: Float32Array, g: Float32Array): false {
  sum.set(g);
  return false;
}
