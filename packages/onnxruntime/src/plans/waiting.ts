import { OptimizerError, type Parameter } from "@descent/core";
import { size } from "@descent/core/adapter";
import type { TrainingGraph } from "../graphs/source.ts";
import type { Pass, Residence, Tensors } from "./residence.ts";
import type { Waiting } from "./training.ts";

/** The input for the gradients that wait, and the output of their next sums, under names that no model has. */
export const sumName = (parameter: string): string => `descent.sum/${parameter}`;
const nextSumName = (parameter: string): string => `descent.next.sum/${parameter}`;

/** Makes a training graph give sums of gradients instead of gradients. Returns the names of its outputs. */
function addToSums({ graph, parameters }: TrainingGraph): string[] {
  for (const { name, grad, shape } of parameters) {
    graph.input(sumName(name), { elem: "float32", shape });
    graph.op("Add", [sumName(name), grad], {}, [nextSumName(name)]);
    graph.outputs.delete(grad);
    graph.output(nextSumName(name));
  }
  return parameters.map((p) => nextSumName(p.name));
}

/** Gradients of several batches on their way to one update. */
export class Sums<H> {
  readonly #residence: Residence<H>;
  readonly #weights: readonly Parameter[];
  #held: ReadonlyMap<string, H> | undefined;
  #count = 0;

  constructor(residence: Residence<H>, weights: readonly Parameter[]) {
    this.#residence = residence;
    this.#weights = weights;
  }

  /** The number of batches that wait. */
  get count(): number {
    return this.#count;
  }

  /** The pass that adds a batch's gradients. */
  pass(): Pass {
    const residence = this.#residence;
    const held = (this.#held ??= this.#zeros());
    const added = residence.adding?.(held, this.#count === 0);
    if (added)
      return {
        ...added,
        take: (...all) => {
          added.take(...all);
          this.#count++;
        },
      };
    const feeds: Record<string, Tensors[string]> = {};
    const into: Record<string, Tensors[string]> = {};
    for (const [name, sum] of held) {
      feeds[sumName(name)] = residence.feed(sum);
      const next = residence.next(sum);
      if (next) into[nextSumName(name)] = next;
    }
    return {
      key: "accumulate",
      join: addToSums,
      watched: nextSumName, // a sum may overflow where its terms do not
      feeds,
      into: () => into,
      take: (results) => {
        for (const [name, sum] of held) residence.take(sum, results[nextSumName(name)]!); // an output that was added
        this.#count++;
      },
      drop: (results) => {
        for (const name of held.keys()) residence.drop(results[nextSumName(name)]!); // as above
      },
      end: () => {},
    };
  }

  /** The update by the mean; then nothing waits. */
  async apply(): Promise<void> {
    if (!this.#held || this.#count === 0) throw new OptimizerError("No gradients wait for an update.");
    await this.#residence.applyMean(this.#held, this.#count);
    this.setting(undefined)();
  }

  async read(): Promise<Waiting | undefined> {
    if (!this.#held || this.#count === 0) return undefined;
    const names = [...this.#held.keys()];
    const copies = await this.#residence.read([...this.#held.values()]);
    return { sums: Object.fromEntries(names.map((name, i) => [name, copies[i]!])), count: this.#count }; // one each
  }

  /** Makes what is needed for these to be the gradients that wait; the function puts them in place. */
  setting(waiting: Waiting | undefined): () => void {
    const held = waiting || (this.#held && !this.#residence.adding) ? (this.#held ??= this.#zeros()) : undefined;
    const sums = new Map(Object.entries(waiting?.sums ?? {}));
    const changes = this.#weights.flatMap(({ name, shape }) => {
      const sum = held?.get(name);
      return sum ? [this.#residence.writing(sum, sums.get(name) ?? new Float32Array(size(shape)))] : [];
    });
    return () => {
      for (const change of changes) change();
      this.#count = waiting?.count ?? 0;
    };
  }

  dispose(): void {
    for (const sum of this.#held?.values() ?? []) this.#residence.free(sum);
  }

  #zeros(): ReadonlyMap<string, H> {
    return new Map(this.#weights.map(({ name, shape }) => [name, this.#residence.hold(shape)] as const));
  }
}
