import { type Codec, CodedSlots, coded, decoded, seedOf } from "@descent/arrays/engine";
import { OptimizerError, type Parameter } from "@descent/core";
import { type Backend, type Drawing, type Job, matrix, type Shape, type Start, size } from "@descent/core/adapter";
import { type Program, variable } from "@descent/core/graph";
import { kernelPlan } from "@descent/core/kernels";
import {
  bytesOf,
  COPY_DST,
  COPY_SRC,
  type GpuBuffer,
  type GpuCommandEncoder,
  type GpuDevice,
  STORAGE,
} from "./device/gpu.ts";
import { Health } from "./device/health.ts";
import { readBack } from "./device/read-back.ts";
import { Slots } from "./memory/slots.ts";
import { Tensor } from "./memory/tensor.ts";
import { deviceProgram } from "./shaders/program.ts";
import { drawInto } from "./step/draws.ts";
import { RowCopies } from "./step/rows.ts";
import { type Dispatch, encode, Stepper } from "./step/stepper.ts";

/** Runs programs over buffers of a WebGPU device, by shaders made from their equations. */
export class WebgpuBackend implements Backend<Tensor> {
  readonly name = "webgpu";
  readonly rows = true;
  readonly device: GpuDevice;
  readonly #stepper: Stepper;
  readonly #slots: Slots;
  readonly #health: Health;
  readonly #coded: CodedSlots;
  /** The names of all slots that programs have. */
  readonly slotNames: Set<string> = new Set();
  /** The slots of codes that begin as another tensor, with what encodes it. */
  readonly #starts = new WeakMap<
    Tensor,
    { readonly program: Program; readonly parameter: Parameter; readonly name: string }
  >();
  readonly #programs = new WeakMap<Parameter, Program>();
  #encoder: GpuCommandEncoder | undefined;
  /** Buffers of random numbers that wait for a step, and what fills them. */
  #drawn: GpuBuffer[] = [];
  #draws: Dispatch[] = [];

  /** `codecOf`: how slots are kept, if not all as float32. */
  constructor(device: GpuDevice, codecOf?: (slot: string) => Codec | undefined) {
    this.device = device;
    this.#coded = new CodedSlots(codecOf);
    this.#health = new Health(device);
    this.#slots = new Slots(device);
    this.#stepper = new Stepper(device, this.#health.watch);
  }

  /** Throws if the device is lost, or has reported an error. */
  alive(): void {
    this.#health.check();
  }

  check(program: Program, parameter: Parameter): void {
    deviceProgram(program, matrix(parameter));
    this.#coded.note(parameter, kernelPlan(program, matrix(parameter)));
    this.#programs.set(parameter, program);
    for (const slot of Object.keys(program.slots)) this.slotNames.add(slot);
  }

  slot(parameter: Parameter, shape: Shape, start: Start<Tensor>, slot: string): Tensor {
    const { name } = parameter;
    const codec = this.#coded.codec(parameter, shape, slot);
    if (typeof start === "object" && "of" in start && (start.of.buffer.usage & COPY_SRC) === 0)
      throw new OptimizerError(
        `The state of \`${name}\` starts as a copy of it, and its buffer cannot be copied from. Create the buffer with GPUBufferUsage.COPY_SRC.`,
      );
    const made = this.#slots.promise(size(shape), start, codec);
    if (codec) this.#starts.set(made, { program: this.#programs.get(parameter)!, parameter, name: slot }); // it was checked
    return made;
  }

  /** Random numbers of one step, which the device draws before it. */
  draw(of: Drawing): Tensor {
    this.#health.watch();
    const buffer = this.device.createBuffer({
      label: "descent: random numbers",
      size: Math.max(4, 4 * of.length),
      usage: STORAGE,
      mappedAtCreation: false,
    });
    this.#drawn.push(buffer);
    this.#draws.push(...drawInto(this.device, of, buffer, (numbers) => this.#ofStep(numbers)));
    return new Tensor(of.length, buffer);
  }

  /** Copies of rows for one step, as commands of an encoder; their buffers are freed with `draw`'s. */
  rowCopies(encoder: GpuCommandEncoder): RowCopies {
    return new RowCopies(this.device, encoder, {
      tensor: (length) => this.room(length),
      words: (numbers) => this.#ofStep(numbers),
    });
  }

  /** A tensor for one step. */
  room(length: number): Tensor {
    this.#health.watch();
    const buffer = this.device.createBuffer({
      label: "descent: a step",
      size: Math.max(4, 4 * length),
      usage: STORAGE | COPY_SRC | COPY_DST,
      mappedAtCreation: false,
    });
    this.#drawn.push(buffer);
    return new Tensor(length, buffer);
  }

  /** Destroys the buffers of a step that was submitted, or given up. */
  freeDrawn(): void {
    for (const buffer of this.#drawn.splice(0)) buffer.destroy();
  }

  /** Leaves the buffers of a recorded step to its encoder. */
  forgetDrawn(): void {
    this.#drawn = [];
  }

  /** Gives every slot that was asked for its memory. */
  settle(): void {
    try {
      this.#settle();
    } finally {
      this.#health.conclude();
    }
  }

  #settle(): void {
    const jobs = this.#slots.settle(this.#health.watch).map(({ tensor, of }): Job<Tensor> => {
      const { program, parameter, name } = this.#starts.get(tensor)!; // those of codes are there
      const none = { inputs: [], draws: [], numbers: [], host: {}, scalars: [], passes: [], conditions: [] };
      const copies: Program = { ...program, ...none, outputs: { [name]: variable("p", "tensor") } };
      return { program: copies, parameter, tensors: { p: of, [name]: tensor }, inputs: {}, scalars: [], t: 0 };
    });
    if (jobs.length === 0) return;
    const encoder = this.device.createCommandEncoder({ label: "descent: state" });
    const pass = encoder.beginComputePass();
    encode(pass, this.#stepper.prepare(jobs));
    pass.end();
    this.device.queue.submit([encoder.finish()]);
  }

  /** Gives a slot its numbers. */
  write(tensor: Tensor, data: Float32Array): void {
    this.#slots.write(tensor, data);
  }

  free(tensor: Tensor): void {
    this.#slots.free(tensor);
  }

  /** Lets `step` record what it runs into an encoder instead of submitting it. */
  into(encoder: GpuCommandEncoder, step: () => void): void {
    this.#encoder = encoder;
    try {
      step();
    } finally {
      this.#encoder = undefined;
    }
  }

  run(jobs: readonly Job<Tensor>[]): void {
    const drawn = this.#encoder ? [] : this.#drawn.splice(0); // whoever gave an encoder frees those of its step
    const draws = this.#draws.splice(0);
    try {
      this.#settle();
      for (const { parameter, tensors, t } of jobs)
        for (const [slot, { coded, encoding }] of Object.entries(tensors)) {
          const kept = coded ?? encoding;
          if (kept) kept.seed = seedOf(parameter.name, slot, t);
        }
      const dispatches = this.#stepper.prepare(jobs, this.#encoder && ((numbers) => this.#ofStep(numbers)));
      if (dispatches.length === 0) return;
      const encoder = this.#encoder ?? this.device.createCommandEncoder({ label: "descent" });
      const pass = encoder.beginComputePass();
      encode(pass, [...draws, ...dispatches]);
      pass.end();
      if (this.#encoder) return;
      this.device.queue.submit([encoder.finish()]);
      for (const buffer of drawn) buffer.destroy(); // once the step is carried out
    } finally {
      this.#health.conclude();
    }
  }

  /** Copies of tensors, as they are after all that was submitted before. */
  async read(tensors: readonly Tensor[]): Promise<Float32Array[]> {
    this.settle();
    try {
      const views = tensors.filter(({ length }) => length > 0);
      const copies = await readBack(
        this.device,
        views.map((view) => ({ buffer: view.buffer, offset: view.offset, length: bytesOf(view) / 4 })),
      );
      let next = 0;
      return tensors.map(({ length, coded: kept }) => {
        if (length === 0) return new Float32Array(0);
        const copy = copies[next++]!; // one for each
        return kept ? decoded(coded(kept.codec, length, copy.buffer, 0)) : copy;
      });
    } catch (cause) {
      this.alive();
      throw cause;
    }
  }

  dispose(): void {
    this.#stepper.dispose();
  }

  /** A buffer of one step with these bytes, which is freed with the step's others. */
  #ofStep(numbers: ArrayBuffer): GpuBuffer {
    this.#health.watch();
    const { byteLength } = numbers;
    const buffer = this.device.createBuffer({
      label: "descent: table",
      size: Math.max(4, byteLength),
      usage: STORAGE,
      mappedAtCreation: true,
    });
    new Uint8Array(buffer.getMappedRange()).set(new Uint8Array(numbers));
    buffer.unmap();
    this.#drawn.push(buffer);
    return buffer;
  }
}
