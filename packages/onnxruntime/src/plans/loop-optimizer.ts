import type { StateDict } from "@descent/core";
import type { Inspection, LoadReport, Loop } from "@descent/core/adapter";
import type { RuntimeTensor } from "../runtime/runtime.ts";
import type { Held } from "./held.ts";
import type { Steered } from "./residence.ts";
import type { Hyper, LoadHow } from "./training.ts";

/** The shared loop of optimizers, with state that lies in tensors of ONNX Runtime. */
export class LoopOptimizer implements Steered {
  readonly #loop: Loop<Held, Held | RuntimeTensor>;
  readonly #rewind: () => void;
  readonly #show: <R>(use: () => Promise<R>) => Promise<R>;
  readonly #read: (held: readonly Held[]) => Promise<Float32Array[]>;
  readonly #write: (held: Held, data: Float32Array) => () => void;

  constructor(
    loop: Loop<Held, Held | RuntimeTensor>,
    read: (held: readonly Held[]) => Promise<Float32Array[]>,
    write: (held: Held, data: Float32Array) => () => void,
    rewind: () => void,
    show: <R>(use: () => Promise<R>) => Promise<R>,
  ) {
    this.#rewind = rewind;
    this.#show = show;
    this.#loop = loop;
    this.#read = read;
    this.#write = write;
  }
  get step(): number {
    return this.#loop.step;
  }
  get midRound(): boolean {
    return this.#loop.midRound;
  }
  get phase(): string {
    return this.#loop.phase;
  }
  readsNext(input: string): boolean {
    return this.#loop.readsNext(input);
  }
  rewind(): void {
    this.#rewind();
  }
  withReadout<R>(use: () => Promise<R>): Promise<R> {
    return this.#show(use);
  }
  set(hyper: Hyper, group?: string): void {
    this.#loop.set(hyper, group);
  }
  inspect(): Inspection {
    return this.#loop.inspect();
  }
  async state(): Promise<StateDict> {
    const slots = this.#loop.slots();
    const copies = await this.#read(slots.map(({ tensor }) => tensor));
    const tensors = slots.map(({ key, shape }, i) => [key, { shape, data: copies[i]! }] as const); // one each
    return { meta: this.#loop.meta(), tensors: Object.fromEntries(tensors) };
  }
  load(state: StateDict, options?: LoadHow): LoadReport {
    return this.#loop.load(state, this.#write, options);
  }
}
