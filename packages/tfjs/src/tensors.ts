import type { Parameter } from "@descent/core";
import type { Backend, Job, Shape } from "@descent/core/adapter";
import { engine, fill, type KernelBackend, type Tensor, tidy, variable } from "@tensorflow/tfjs-core";
import { compose, totalling } from "./composed.ts";
import type { Fused } from "./fused/fused.ts";
import { fusedOn } from "./fused/index.ts";

/** How an update was computed. */
export interface Execution {
  /** The tfjs backend it ran on. */
  readonly backend: string;
  /** How many variables were stepped by the backend's fused loops … */
  readonly fused: number;
  /** … and how many by tfjs operators, one after the other. */
  readonly composed: number;
}

/** State lives in variables, which no tidy disposes of, on whichever backend tfjs uses. */
export class Tensors implements Backend<Tensor> {
  readonly name = "tfjs";
  readonly #fuse: boolean;
  readonly #fused = new WeakMap<KernelBackend, Fused | "none">();
  #execution: Execution | undefined;

  constructor({ fuse }: { readonly fuse: boolean }) {
    this.#fuse = fuse;
  }

  /** How the last update was computed; nothing before the first. */
  get execution(): Execution | undefined {
    return this.#execution;
  }

  slot(_: Parameter, shape: Shape, init: number): Tensor {
    return tidy(() => variable(fill([...shape], init, "float32"), false));
  }

  free(tensor: Tensor): void {
    tensor.dispose();
  }

  #fusedOn(backend: KernelBackend): Fused | undefined {
    if (!this.#fuse) return undefined;
    let fused = this.#fused.get(backend);
    if (!fused) this.#fused.set(backend, (fused = fusedOn(backend) ?? "none"));
    return fused === "none" ? undefined : fused;
  }

  /** Fused where the backend can, composed where it cannot. Sums over the model need all jobs in one place. */
  run(jobs: readonly Job<Tensor>[]): void {
    const fused = this.#fusedOn(engine().backend);
    let taken = fused ? jobs.filter((job) => fused.takes(job)) : [];
    if (taken.length < jobs.length && jobs.some(({ program }) => totalling(program))) taken = [];
    const rest = taken.length === jobs.length ? [] : jobs.filter((job) => !taken.includes(job));
    tidy(() => {
      const assign = compose(rest);
      if (taken.length > 0) fused?.run(taken);
      assign();
    });
    this.#execution = { backend: engine().backendName, fused: taken.length, composed: rest.length };
  }
}
