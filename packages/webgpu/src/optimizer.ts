import {
  type Configured,
  type HyperValue,
  type Inspection,
  type LoadReport,
  OptimizerError,
  type Parameter,
  type StateDict,
} from "@descent/core";
import {
  type Axes,
  checkShape,
  Loop,
  type Role,
  refuseOverlap,
  refuseUnknown,
  type Shape,
  size,
} from "@descent/core/adapter";
import { Tensor, WebgpuBackend } from "./backend.ts";
import { type GpuBuffer, type GpuCommandEncoder, type GpuDevice, STORAGE } from "./gpu.ts";

/** A tensor's place in a buffer, with what is known of it. Without a shape it is a vector to the end of the buffer. */
export interface Described<B extends GpuBuffer = GpuBuffer> {
  readonly buffer: B;
  /** Bytes, a multiple of four. */
  readonly offset?: number | undefined;
  readonly shape?: Shape | undefined;
  readonly role?: Role | undefined;
  readonly axes?: Axes | undefined;
}

/** A buffer that begins with the gradient, or one and where in it the gradient begins, in bytes. */
export type Gradient = GpuBuffer | { readonly buffer: GpuBuffer; readonly offset?: number | undefined };
/** Gradients by name. */
export type Gradients<Name extends string> = { readonly [K in Name]?: Gradient | undefined };

/** Steps tensors in GPU buffers in place. */
export interface Optimizer<Name extends string = string> {
  /** Updates done. */
  readonly step: number;
  /**
   * One update of the parameters whose gradients are given, submitted to the device's queue as one piece. A parameter
   * without a gradient is left as it is, state and decay included. Throws an OptimizerError, and changes nothing, for an
   * unknown name or a gradient that does not fit; what the device finds wrong later is thrown by the next call.
   */
  update(gradients: Gradients<Name>): void;
  /**
   * The same, as a compute pass of a command encoder. The update counts as done: submit the encoder before the next call
   * of this optimizer but `record`, which may be called again for the next step.
   */
  record(encoder: GpuCommandEncoder, gradients: Gradients<Name>): void;
  /** Changes hyper-parameters from the next update on, in one group or in all that have them. */
  set(hyper: Readonly<Record<string, HyperValue>>, group?: string): void;
  /** The groups with their rules and current hyper-parameters, and what is known of every parameter. */
  inspect(): Inspection;
  /** A copy of the state by name after what was submitted so far, without the parameters themselves. */
  state(): Promise<StateDict>;
  /** Continues from a state, to the bit; strict unless told otherwise. */
  load(state: StateDict, options?: { readonly strict?: boolean | undefined }): LoadReport;
  /** Frees the state. The parameters stay. */
  dispose(): void;
}

interface Entry {
  readonly parameter: Parameter;
  readonly p: Tensor;
}

/**
 * An optimizer for tensors in GPU buffers, which it updates in place:
 * `const opt = optimizer(device, { w: { buffer, shape: [784, 10] } }, adamw()); opt.update({ w: gradient })`.
 *
 * Throws an OptimizerError for what is no buffer of the usage STORAGE, a shape that does not fit, and tensors that overlap.
 */
export function optimizer<const Name extends string>(
  device: GpuDevice,
  parameters: { readonly [K in Name]: GpuBuffer | Described },
  configured: Configured,
): Optimizer<Name> {
  // By structure, as buffers are.
  if (typeof (device as Partial<GpuDevice> | undefined)?.createComputePipeline !== "function")
    throw new OptimizerError("The first argument is no GPUDevice. Give what `adapter.requestDevice()` resolves to.");
  return new WebgpuOptimizer(device, parameters, configured);
}

class WebgpuOptimizer<Name extends string> implements Optimizer<Name> {
  readonly #backend: WebgpuBackend;
  readonly #loop: Loop<Tensor>;
  readonly #entries: ReadonlyMap<string, Entry>;
  readonly #byBuffer = new Map<GpuBuffer, Entry[]>();

  constructor(device: GpuDevice, parameters: { readonly [K in Name]: GpuBuffer | Described }, configured: Configured) {
    this.#entries = new Map(
      Object.entries<GpuBuffer | Described>(parameters).map(([name, given]) => [name, entry(name, given)]),
    );
    for (const e of this.#entries.values())
      this.#byBuffer.set(e.p.buffer, [...(this.#byBuffer.get(e.p.buffer) ?? []), e]);
    refuseOverlap(
      [...this.#entries].map(([name, { p }]) => ({ name, memory: p.buffer, at: p.offset, bytes: 4 * p.length })),
    );
    this.#backend = new WebgpuBackend(device);
    this.#loop = new Loop(this.#backend, configured);
    this.#loop.add([...this.#entries.values()].map((e) => e.parameter));
  }

  get step(): number {
    return this.#loop.step;
  }

  update(gradients: Gradients<Name>): void {
    this.#alive();
    this.#loop.update(this.#pairs(gradients));
  }

  record(encoder: GpuCommandEncoder, gradients: Gradients<Name>): void {
    this.#alive();
    const pairs = this.#pairs(gradients);
    this.#backend.into(encoder, () => this.#loop.update(pairs));
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
    const data = await this.#backend.read(slots.map((s) => s.tensor));
    this.#backend.alive();
    return { meta, tensors: Object.fromEntries(slots.map(({ key, shape }, i) => [key, { shape, data: data[i]! }])) }; // one copy per slot
  }

  load(state: StateDict, options: { readonly strict?: boolean | undefined } = {}): LoadReport {
    this.#alive();
    const report = this.#loop.load(state, (tensor, data) => this.#backend.write(tensor, data), options);
    this.#backend.settle();
    return report;
  }

  dispose(): void {
    this.#loop.dispose();
    this.#backend.dispose();
  }

  #alive(): void {
    if (this.#loop.disposed) throw new OptimizerError("This optimizer was disposed of. Make a new one.");
    this.#backend.alive();
  }

  /** Parameters with their gradients, in the order of the parameters: those that lie together are stepped together. */
  #pairs(gradients: Gradients<Name>): Record<string, { readonly p: Tensor; readonly g: Tensor }> {
    const given: Readonly<Record<string, Gradient | undefined>> = gradients;
    refuseUnknown(given, this.#entries);
    const pairs: Record<string, { readonly p: Tensor; readonly g: Tensor }> = {};
    for (const [name, { p }] of this.#entries) {
      const gradient = Object.hasOwn(given, name) ? given[name] : undefined;
      if (gradient !== undefined) pairs[name] = { p, g: this.#gradient(name, p.length, gradient) };
    }
    return pairs;
  }

  #gradient(name: string, length: number, gradient: Gradient): Tensor {
    const { buffer, offset = 0 } = placed(gradient);
    checkBuffer(`The gradient of \`${name}\``, buffer, offset);
    const room = Math.floor((buffer.size - offset) / 4);
    if (room < length)
      throw new OptimizerError(
        `The buffer of the gradient of \`${name}\` holds ${Math.max(0, room)} numbers from ${offset} on, and the parameter has ${length}.`,
      );
    const g = new Tensor(length, buffer, offset);
    const over = this.#byBuffer.get(buffer)?.find(({ p }) => overlap(g, p));
    if (over)
      throw new OptimizerError(
        `The gradient of \`${name}\` overlaps the parameter \`${over.parameter.name}\`, which changes during the step. Copy it.`,
      );
    return g;
  }
}

// By structure: devices come from browsers, from packages on Node and from frameworks, each with classes of its own.
const isBuffer = (x: unknown): x is GpuBuffer =>
  typeof x === "object" &&
  x !== null &&
  "size" in x &&
  typeof x.size === "number" &&
  "usage" in x &&
  typeof x.usage === "number" &&
  "mapAsync" in x;

function checkBuffer(what: string, buffer: unknown, offset: number): asserts buffer is GpuBuffer {
  if (!isBuffer(buffer)) throw new OptimizerError(`${what} is no GPUBuffer. Give one, or { buffer, offset }.`);
  if ((buffer.usage & STORAGE) === 0)
    throw new OptimizerError(`${what} is in a buffer that shaders cannot use. Make it with GPUBufferUsage.STORAGE.`);
  if (!Number.isSafeInteger(offset) || offset < 0 || offset % 4 !== 0)
    throw new OptimizerError(`${what} begins at byte ${offset}. Offsets are multiples of four.`);
}

/** What was given of a tensor; a buffer alone is where it begins. */
const placed = (given: GpuBuffer | Described): Described =>
  typeof given === "object" && given !== null && "buffer" in given ? given : { buffer: given };

function entry(name: string, given: GpuBuffer | Described): Entry {
  const { buffer, offset = 0, shape, role, axes } = placed(given);
  checkBuffer(`The parameter \`${name}\``, buffer, offset);
  const room = Math.max(0, Math.floor((buffer.size - offset) / 4));
  const full = shape ?? [room];
  checkShape(name, full);
  const length = size(full);
  if (length > room)
    throw new OptimizerError(
      `\`${name}\` has the shape [${full}], which is ${length} numbers, and its buffer holds ${room} from ${offset} on.`,
    );
  return { parameter: { name, shape: full, role, axes }, p: new Tensor(length, buffer, offset) };
}

const overlap = (a: Tensor, b: Tensor): boolean =>
  a.offset < b.offset + 4 * b.length && b.offset < a.offset + 4 * a.length;
