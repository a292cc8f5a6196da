/// <reference lib="esnext.disposable" preserve="true" />
import { type Precisions, precisions, refuseUnknownSlots } from "@descent/arrays/engine";
import { type Configured, OptimizerError, type StateDict } from "@descent/core";
import {
  checkConfigured,
  DISPOSE,
  distinctRows,
  goneNames,
  type HyperValue,
  type Inspection,
  isCallback,
  isRecord,
  isRowGradient,
  knownOptions,
  type LoadOptions,
  type LoadReport,
  Loop,
  type Named,
  named,
  newNames,
  type RowStep,
  refuseTaken,
  refuseUnknownNames,
  shown,
  stepOfRows,
  takes,
} from "@descent/core/adapter";
import { WebgpuBackend } from "./backend.ts";
import { checkDevice, type GpuBuffer, type GpuCommandEncoder, type GpuDevice } from "./device/gpu.ts";
import type { Tensor } from "./memory/tensor.ts";
import {
  type Described,
  described,
  type Entry,
  type Gradient,
  type OptimizerOptions,
  Parameters,
  type Place,
} from "./parameters.ts";
import { checkCopies } from "./step/rows.ts";
import { Tied } from "./tied.ts";

/** Parameters by name: a record, or pairs such as a Map's. */
export type ParametersOf<Name extends string> =
  | { readonly [K in Name]: GpuBuffer | Described }
  | Iterable<readonly [Name, GpuBuffer | Described]>;

/** Gradients by name: a record, or pairs such as a Map's. */
export type Gradients<Name extends string> =
  | { readonly [K in Name]?: Gradient | undefined }
  | Iterable<readonly [Name, Gradient]>;

/** Places by name: a record, or pairs such as a Map's. */
export type PlacesOf<Name extends string> =
  | { readonly [K in Name]?: Place | undefined }
  | Iterable<readonly [Name, Place]>;

/** The inputs of rules besides gradients, by name: a number, or tensors by parameter. */
export type Inputs<Name extends string> = Readonly<Record<string, number | Gradients<Name>>>;

/** Steps tensors in GPU buffers in place. `using` disposes of it. */
export interface Optimizer<Name extends string = string> {
  /** Updates done. */
  readonly step: number;
  /** The phase that the next update carries out: `update`, but for rules that ask for several gradients per round. */
  readonly phase: string;
  /** Whether a round of several phases is under way. */
  readonly midRound: boolean;
  /** Takes the parameters back to where such a round began. */
  rewind(): void;
  /**
   * Calls `use` while the buffers hold the parameters to evaluate with, where a rule has such; afterwards, on errors too, they
   * hold bit for bit what they did. `use` may return a promise.
   */
  withReadout<R>(use: () => R): R;
  /** Whether a rule here reads this input. */
  reads(input: string): boolean;
  /** Whether the next update of all parameters must be given it: not in steps in which `when` leaves out what reads it. */
  readsNext(input: string): boolean;
  /**
   * One update of the parameters whose gradients are given, submitted to the device's queue as one piece. A parameter
   * without a gradient is left as it is, state and decay included. A gradient of some rows of a table, `{ rows, data }` with
   * numbers of the host, steps those rows alone. Throws an OptimizerError, and changes nothing, for an
   * unknown name or a gradient that does not fit; errors that the device reports later are thrown by the next call.
   */
  update(gradients: Gradients<Name>, inputs?: Inputs<Name>): void;
  /**
   * The same, as a compute pass of a command encoder. The update counts as done: submit the encoder before the next call
   * of this optimizer, except `record`, which may be called again for the next step.
   */
  record(encoder: GpuCommandEncoder, gradients: Gradients<Name>, inputs?: Inputs<Name>): void;
  /** Changes hyper-parameters from the next update on, in one group or in all that have them. */
  set(hyper: Readonly<Record<string, HyperValue>>, group?: string): void;
  /** The groups with their rules and current hyper-parameters, and the state of every parameter. */
  inspect(): Inspection;
  /** A copy of the state by name after everything submitted so far, without the parameters themselves. */
  state(): Promise<StateDict>;
  /** Resumes from a state, bit for bit; strict by default. Changes nothing on an error. */
  load(state: StateDict, options?: LoadOptions): LoadReport;
  /**
   * Trains more parameters from the next update on; TypeScript knows their names in what it returns, which is the same
   * optimizer. Throws, and takes none, where one has a name that is taken, no group, or numbers of another.
   */
  add<const More extends string>(parameters: ParametersOf<More>): Optimizer<Name | More>;
  /** Forgets parameters and frees their state. The rest is untouched. */
  remove<const Gone extends Name>(...names: readonly Gone[]): Optimizer<Exclude<Name, Gone>>;
  /** Gives parameters other names, `{ old: "new" }`; they keep their state. Throws where a name is taken or has another rule. */
  rename(names: { readonly [K in Name]?: string }): Optimizer;
  /** Goes on with other buffers, or places in them, for parameters, whose state they keep. Their numbers are taken as they are. */
  rebind(places: PlacesOf<Name>): void;
  /** Frees the state. The parameters stay. */
  dispose(): void;
  /** The same, for `using`. */
  [Symbol.dispose](): void;
}

/**
 * An optimizer for tensors in GPU buffers, which it updates in place:
 * `const opt = optimizer(device, { w: { buffer, shape: [784, 10] } }, adamw()); opt.update({ w: gradient })`.
 *
 * Throws an OptimizerError for anything but buffers of the usage STORAGE, a shape that does not fit, and tensors that overlap.
 */
export function optimizer<const Name extends string>(
  device: GpuDevice,
  parameters: ParametersOf<Name>,
  configured: Configured,
  options: OptimizerOptions = {},
): Optimizer<Name> {
  checkDevice(device);
  checkConfigured(configured, "optimizer");
  const { tied, state } = knownOptions("optimizer", options, ["tied", "state"]);
  const kept = precisions(state);
  const ties = new Tied();
  return new WebgpuOptimizer(device, new Parameters(parameters, (all) => ties.join(all, tied)), configured, ties, kept);
}

class WebgpuOptimizer implements Optimizer {
  readonly #backend: WebgpuBackend;
  readonly #loop: Loop<Tensor>;
  readonly #parameters: Parameters;
  readonly #tied: Tied;
  /** Whether there may be parameters that count the updates of each row. */
  #tables = false;

  constructor(device: GpuDevice, parameters: Parameters, configured: Configured, tied: Tied, kept: Precisions) {
    this.#parameters = parameters;
    this.#tied = tied;
    this.#backend = new WebgpuBackend(device, kept.codecOf);
    this.#loop = new Loop(this.#backend, configured);
    this.#loop.add(parameters.all);
    refuseUnknownSlots(kept.named, this.#backend.slotNames);
  }

  reads(input: string): boolean {
    return this.#loop.reads(input);
  }

  readsNext(input: string): boolean {
    return this.#loop.readsNext(input);
  }

  get midRound(): boolean {
    return this.#loop.midRound;
  }

  rewind(): void {
    this.#alive();
    this.#loop.rewind(this.#parameters.held);
  }

  withReadout<R>(use: () => R): R {
    this.#alive();
    takes("withReadout", "a function", use, isCallback(use));
    return this.#loop.withReadout(this.#parameters.held, use);
  }

  get phase(): string {
    return this.#loop.phase;
  }

  get step(): number {
    return this.#loop.step;
  }

  update(gradients: Gradients<string>, inputs: Inputs<string> = {}): void {
    this.#alive();
    if (this.#byRows(gradients) || this.#tied.any) {
      const encoder = this.#backend.device.createCommandEncoder({ label: "descent" });
      try {
        this.#record(encoder, gradients, inputs);
        this.#backend.device.queue.submit([encoder.finish()]);
      } finally {
        this.#backend.freeDrawn();
      }
      return;
    }
    const { tensors, numbers } = this.#loop.given<Gradients<string>>(inputs);
    this.#loop.update(this.#parameters.shares(gradients, tensors), numbers);
  }

  /** Whether some gradient is of rows, which are copied as commands around the step, or may have to be. */
  #byRows(gradients: Gradients<string>): boolean {
    if (this.#tables) return true;
    return named("The gradients", gradients as Named<Gradient | undefined>).some(([, g]) => isRowGradient(g));
  }

  record(encoder: GpuCommandEncoder, gradients: Gradients<string>, inputs: Inputs<string> = {}): void {
    this.#alive();
    if (typeof (encoder as Partial<GpuCommandEncoder> | null | undefined)?.beginComputePass !== "function")
      throw new OptimizerError(
        `\`record\` takes a GPUCommandEncoder, as returned by device.createCommandEncoder(); got ${shown(encoder)}.`,
      );
    this.#record(encoder, gradients, inputs);
    this.#backend.forgetDrawn(); // they are collected with the encoder
  }

  #record(encoder: GpuCommandEncoder, gradients: Gradients<string>, inputs: Inputs<string>): void {
    const { tensors, numbers } = this.#loop.given<Gradients<string>>(inputs);
    const { gradients: all, sums } = this.#tied.added(gradients, this.#parameters, (length) =>
      this.#backend.room(length),
    );
    const copies = this.#backend.rowCopies(encoder);
    const steps: RowStep<Tensor, Tensor>[] = [];
    const shares = this.#parameters.shares(all, tensors, ({ parameter, p }, g) => {
      const { name } = parameter;
      if (!isRowGradient(g)) {
        if (!this.#loop.counts(name)) return undefined;
        throw new OptimizerError(
          `\`${name}\` has had gradients of some rows, and counts the updates of each. Give it { rows, data } from then on.`,
        );
      }
      checkCopies(parameter, p);
      const rows = this.#loop.rows(name, p);
      if (!rows) return []; // frozen
      this.#tables = true;
      this.#backend.settle();
      const step = stepOfRows<Tensor, Tensor>(p, rows, distinctRows(parameter, g), copies);
      steps.push(step);
      return step.shares;
    });
    this.#backend.into(encoder, () => {
      for (const jobs of sums) this.#backend.run(jobs);
      this.#loop.update(shares, numbers);
    });
    for (const { finish } of steps) finish();
  }

  set(hyper: Readonly<Record<string, HyperValue>>, group?: string): void {
    this.#loop.set(hyper, group);
  }

  inspect(): Inspection {
    this.#alive();
    return this.#loop.inspect();
  }

  async state(): Promise<StateDict> {
    this.#alive();
    const meta = this.#loop.meta();
    const slots = this.#loop.slots();
    const counts = this.#parameters.all.flatMap(({ name }) => {
      const byRow = this.#loop.counts(name);
      return byRow ? [[`t/${name}`, { shape: [byRow.length], data: Float32Array.from(byRow) }] as const] : [];
    });
    const data = await this.#backend.read(slots.map((s) => s.tensor));
    this.#backend.alive();
    const tensors = slots.map(({ key, shape }, i) => [key, { shape, data: data[i]! }] as const); // one copy per slot
    return { meta, tensors: Object.fromEntries([...tensors, ...counts]) };
  }

  load(state: StateDict, options?: LoadOptions): LoadReport {
    this.#alive();
    const report = this.#loop.load(state, (tensor, data) => this.#backend.write(tensor, data), options);
    this.#tables = this.#parameters.all.some(({ name }) => this.#loop.counts(name) !== undefined);
    return report;
  }

  add(parameters: ParametersOf<string>): Optimizer {
    this.#alive();
    const before = this.#parameters.entries;
    const added = described(parameters);
    const names = added.map(({ parameter: { name } }) => name);
    refuseTaken(names, this.#parameters.byName, "buffer");
    this.#parameters.set([...before, ...added]);
    try {
      this.#loop.add(added.map(({ parameter }) => parameter));
    } catch (error) {
      this.#parameters.set(before);
      throw error;
    }
    return this;
  }

  remove(...names: readonly string[]): Optimizer {
    this.#alive();
    this.#tied.refuseFurther("remove", names);
    const { byName, entries } = this.#parameters;
    const gone = goneNames(names, byName);
    this.#loop.refuseLeaving(gone);
    for (const name of gone) this.#loop.remove(name);
    this.#tied.remove(gone);
    this.#parameters.set(entries.filter(({ parameter: { name } }) => !gone.has(name)));
    return this;
  }

  rename(names: Readonly<Record<string, string | undefined>>): Optimizer {
    this.#alive();
    this.#tied.refuseFurther("rename", isRecord(names) ? Object.keys(names) : []);
    const given = newNames(names, this.#parameters.byName);
    this.#loop.rename(given);
    this.#tied.rename(given);
    const renamed = ({ parameter, p }: Entry): Entry => {
      const { name } = parameter;
      return { parameter: { ...parameter, name: Object.hasOwn(given, name) ? given[name]! : name }, p };
    };
    this.#parameters.set(this.#parameters.entries.map(renamed));
    return this;
  }

  rebind(places: PlacesOf<string>): void {
    this.#alive();
    const given = new Map(named("The buffers", places as Named<Place>));
    this.#tied.refuseFurther("rebind", given.keys());
    refuseUnknownNames("rebind", given.keys(), this.#parameters.byName);
    this.#parameters.set(this.#parameters.rebound(given));
  }

  dispose(): void {
    this.#loop.dispose();
    this.#backend.dispose();
  }

  [DISPOSE](): void {
    this.dispose();
  }

  #alive(): void {
    if (this.#loop.disposed) throw new OptimizerError("This optimizer was disposed of. Make a new one.");
    this.#backend.alive();
  }
}
