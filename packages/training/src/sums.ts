import { OptimizerError } from "@descent/core";
import { isRecord, shown } from "@descent/core/adapter";
import type { Logs, Sum, SumsState } from "./callbacks/callback.ts";
import type { StepResult } from "./model.ts";

/** The numbers that steps tell, added up by samples: the loss, and those that the model logs besides. */
export class Sums {
  readonly #taken: (name: string) => boolean;
  #loss = 0;
  #samples = 0;
  #logs = new Map<string, Sum>();

  /** `taken` are the names that logs have already. */
  constructor(taken: (name: string) => boolean) {
    this.#taken = taken;
  }

  get samples(): number {
    return this.#samples;
  }

  add({ loss, logs }: StepResult, samples: number): void {
    this.#loss += loss * samples;
    this.#samples += samples;
    if (logs === undefined) return;
    for (const [name, x] of Object.entries(logs)) {
      const before = this.#logs.get(name) ?? this.#begun(name, logs);
      if (typeof x !== "number")
        throw new OptimizerError(`\`fit\`: the model logs \`${name}\`, which must be a number; got ${shown(x)}.`);
      this.#logs.set(name, { sum: before.sum + x * samples, samples: before.samples + samples });
    }
  }

  #begun(name: string, logs: unknown): Sum {
    if (!isRecord(logs)) throw new OptimizerError(`\`logs\` of a step must be numbers by name; got ${shown(logs)}.`);
    if (name === "loss" || name.startsWith("val_") || this.#taken(name))
      throw new OptimizerError(`\`fit\`: the model logs \`${name}\`, a name that the logs have already. Rename it.`);
    return { sum: 0, samples: 0 };
  }

  /** Means over the samples so far: the loss, and each other number over the steps that told it. */
  means(): { readonly loss: number } & Logs {
    const others = [...this.#logs].map(([name, { sum, samples }]) => [name, sum / samples] as const);
    return { loss: this.#loss / this.#samples, ...Object.fromEntries(others) };
  }

  reset(): void {
    this.#loss = 0;
    this.#samples = 0;
    this.#logs = new Map();
  }

  state(): SumsState {
    const logs = Object.fromEntries(this.#logs);
    return { loss: this.#loss, samples: this.#samples, ...(this.#logs.size === 0 ? {} : { logs }) };
  }

  load({ loss, samples, logs = {} }: SumsState): void {
    this.#loss = loss;
    this.#samples = samples;
    this.#logs = new Map(Object.entries(logs));
  }
}
