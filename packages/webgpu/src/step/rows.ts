import { OptimizerError, type Parameter } from "@descent/core";
import type { RowMemory } from "@descent/core/adapter";
import { COPY_DST, COPY_SRC, type GpuBuffer, type GpuCommandEncoder, type GpuDevice } from "../device/gpu.ts";
import { Tensor } from "../memory/tensor.ts";
import { type CodedRows, decodeRows, encodeRows } from "./coded-rows.ts";
import { type Dispatch, encode } from "./stepper.ts";

/** Throws where rows cannot be copied out of a parameter's buffer and back. */
export function checkCopies({ name }: Parameter, { buffer }: Tensor): void {
  if ((buffer.usage & COPY_SRC) === 0 || (buffer.usage & COPY_DST) === 0)
    throw new OptimizerError(
      `The gradient of \`${name}\` is of some rows, which are copied out of its buffer and back. Create the buffer with GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST.`,
    );
}

/** Where the rows of one step lie meanwhile. */
export interface RowRoom {
  /** A tensor for one step. */
  tensor(length: number): Tensor;
  /** A buffer of one step with these bytes. */
  words(numbers: ArrayBuffer): GpuBuffer;
}

/**
 * Copies rows on the device, as commands of an encoder: out before its compute pass, and back after it. Rows that a codec keeps are
 * decoded and encoded by passes of their own.
 */
export class RowCopies implements RowMemory<Tensor, Tensor> {
  readonly #device: GpuDevice;
  readonly #encoder: GpuCommandEncoder;
  readonly #room: RowRoom;

  constructor(device: GpuDevice, encoder: GpuCommandEncoder, room: RowRoom) {
    this.#device = device;
    this.#encoder = encoder;
    this.#room = room;
  }

  pick(whole: Tensor, rows: readonly number[], height: number): Tensor {
    const width = whole.length / height;
    const part = this.#room.tensor(rows.length * width);
    if (whole.coded) {
      part.encoding = { seed: 0 };
      this.#pass(decodeRows, { whole, rows, height, part });
    } else for (const { at, row, many } of runs(rows)) this.#copy(whole, row * width, part, at * width, many * width);
    return part;
  }

  put(part: Tensor, rows: readonly number[], whole: Tensor, height: number): void {
    if (whole.coded) {
      whole.coded.seed = part.encoding!.seed; // the step has set it
      this.#pass(encodeRows, { whole, rows, height, part });
      return;
    }
    const width = whole.length / height;
    for (const { at, row, many } of runs(rows)) this.#copy(part, at * width, whole, row * width, many * width);
  }

  gradient(data: Float32Array): Tensor {
    const { length } = data;
    return new Tensor(length, this.#room.words(Float32Array.from(data).buffer));
  }

  #pass(
    way: (device: GpuDevice, rows: CodedRows, words: RowRoom["words"]) => readonly Dispatch[],
    rows: CodedRows,
  ): void {
    const dispatches = way(this.#device, rows, (numbers) => this.#room.words(numbers));
    if (dispatches.length === 0) return;
    const pass = this.#encoder.beginComputePass();
    encode(pass, dispatches);
    pass.end();
  }

  #copy(from: Tensor, first: number, to: Tensor, into: number, length: number): void {
    if (length === 0) return;
    this.#encoder.copyBufferToBuffer(from.buffer, from.offset + 4 * first, to.buffer, to.offset + 4 * into, 4 * length);
  }
}

/** Rows beside each other are one copy. */
function runs(rows: readonly number[]): readonly { at: number; row: number; many: number }[] {
  const found: { at: number; row: number; many: number }[] = [];
  for (const [at, row] of rows.entries()) {
    const last = found.at(-1);
    if (last && last.row + last.many === row) last.many++;
    else found.push({ at, row, many: 1 });
  }
  return found;
}
