import { type Left, Means, Ranks } from "@descent/arrays/engine";
import { OptimizerError, type StateDict } from "@descent/core";
import { allFinite, type BlockingWorld } from "@descent/core/adapter";
import { engine, type Tensor, tensor, tidy, type Variable } from "@tensorflow/tfjs-core";
import type { Given } from "./variables/gradients.ts";

/** A step's tensors and numbers, as means over all ranks. */
interface Exchanged {
  readonly shares: ReadonlyMap<string, Given>;
  readonly numbers: Readonly<Record<string, number>>;
}

/** The position of an optimizer. */
interface At {
  readonly step: number;
  readonly phase: string;
}

/** The ranks that train an optimizer's variables: gradients pass through arrays, which the ranks average. */
export class Together {
  readonly #ranks: Ranks;
  readonly #means: Means;
  /** Variables that all ranks have alike. */
  #joined = new WeakSet<Variable>();
  /** Whether gradients that are not finite keep all ranks from a step. */
  readonly #guard: boolean;

  constructor(world: BlockingWorld, guard: boolean) {
    this.#ranks = new Ranks(world, { shard: undefined, digestEvery: 100, portion: () => undefined });
    this.#means = new Means(world);
    this.#guard = guard;
  }

  /** Gives all ranks rank 0's values of variables that are new. Throws, on every rank, if theirs are others. */
  join(all: readonly Variable[], rules: string, { step }: At): void {
    const variables = all.filter((variable) => !this.#joined.has(variable));
    if (variables.length === 0) return;
    for (const variable of variables) this.#joined.add(variable);
    const values = variables.map((variable) => [variable.name, hostCopy(variable)] as const);
    this.#ranks.start([rules], values, step);
    for (const [i, variable] of variables.entries()) put(variable, values[i]![1]); // one each
  }

  /**
   * Whether ranks are gone and the others go on after this error. Then they are brought to one step, and share their variables anew: one
   * may have been lost while some had new ones already.
   */
  survives(error: unknown, left: () => Left): boolean {
    if (!this.#ranks.survives(error, left)) return false;
    this.#joined = new WeakSet();
    return true;
  }

  /** The means of gradients and other inputs. Within a `tidy` of the caller. Throws, on every rank, if any may not take the step. */
  exchange(
    shares: ReadonlyMap<string, Given>,
    numbers: Readonly<Record<string, number>>,
    { step, phase }: At,
  ): Exchanged {
    const given = [...shares].flatMap(([name, { p, inputs, rows }]) => {
      if (rows)
        throw new OptimizerError(
          `The gradient of rows of \`${name}\` cannot be shared by ranks, which look up rows of their own. Leave out \`rows\`, or leave out \`world\`.`,
        );
      return Object.entries(inputs).map(([input, one]) => ({ name, input, shape: p.shape, data: hostCopy(one) }));
    });
    const names = Object.keys(numbers).sort();
    const wrong = this.#guard ? given.filter(({ data }) => !allFinite(data)) : [];
    const broken = wrong.flatMap(({ name, input }) => (input === "g" ? [name] : []));
    const others = [
      ...(this.#guard ? names.filter((name) => !Number.isFinite(numbers[name])) : []),
      ...wrong.flatMap(({ name, input }) => (input === "g" ? [] : [`${input}/${name}`])),
    ];
    const facts = [
      `step ${step}, ${phase}`,
      ...given.map(({ name, input }) => (input === "g" ? `\`${name}\`` : `\`${input}\` of \`${name}\``)),
      ...names,
    ];
    const agreed = this.#ranks.agree(facts, { examples: undefined, broken: [...broken, ...others] });
    if (agreed.broken.length > 0)
      throw new Elsewhere(this.#ranks.notFinite(agreed.broken, broken, others, step).message);
    const all = Float32Array.from(names, (name) => numbers[name]!); // a key of it
    this.#means.take([...given.map(({ data }) => data), all]);
    const means = new Map<string, Given>();
    for (const { name, input, shape, data } of given) {
      const { p } = shares.get(name)!; // it is from there
      const share = means.get(name) ?? { p, inputs: {} };
      share.inputs[input] = tensor(data, shape, "float32");
      means.set(name, share);
    }
    return { shares: means, numbers: Object.fromEntries(names.map((name, i) => [name, all[i]!])) };
  }

  /** Compares the variables of all ranks, if it is time. */
  compare(step: number, variables: () => readonly Variable[]): void {
    this.#ranks.compare(step, () => variables().map((variable) => [variable.name, hostCopy(variable)] as const));
  }
}

/** Gradients that are not finite, of any rank. */
export class Elsewhere extends OptimizerError {}

/** The variables and the state of an optimizer, to be given to a rank that is behind. */
export function standing(
  opt: { readonly step: number; state(): StateDict; load(state: StateDict): void },
  variables: readonly Variable[],
): Left {
  const parameters = variables.map(hostCopy);
  return {
    step: opt.step,
    parameters,
    state: () => opt.state(),
    load: (state) => {
      for (const [i, variable] of variables.entries()) put(variable, parameters[i]!); // one each
      opt.load(state);
    },
  };
}

/** Gives a variable these numbers. */
const put = (variable: Variable, numbers: Float32Array): void =>
  tidy(() => variable.assign(tensor(numbers, variable.shape, "float32")));

/** A copy of a tensor's numbers. Throws where the backend cannot hand them over at once. */
function hostCopy(one: Tensor): Float32Array {
  const { backendName } = engine();
  if (backendName === "webgpu")
    throw new OptimizerError(
      'A `world` exchanges gradients on the host, and tfjs\'s webgpu backend cannot hand them over within a step. Use tf.setBackend("wasm"), or the Trainer of @descent/onnxruntime.',
    );
  return Float32Array.from(one.dataSync());
}
