import { OptimizerError, type Parameter } from "@descent/core";
import type { RowMemory } from "@descent/core/adapter";
import { COPY_DST, COPY_SRC, type GpuCommandEncoder } from "../device/gpu.ts";
import type { Tensor } from "./tensor.ts";

/** Throws where rows cannot be copied out of a parameter's buffer and back. */
export function checkCopies({ name }: Parameter, { buffer }: Tensor): void {
  if ((buffer.usage & COPY_SRC) === 0 || (buffer.usage & COPY_DST) === 0)
    throw new OptimizerError(
      `The gradient of \`${name}\` is of some rows, which are copied out of its buffer and back. Create the buffer with GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST.`,
    );
}

/** Copies rows on the device, as commands of an encoder: out before its compute pass, and back after it. */
export class RowCopies implements RowMemory<Tensor, Tensor> {
  readonly #encoder: GpuCommandEncoder;
  readonly #room: (length: number) => Tensor;
  readonly #filled: (numbers: Float32Array) => Tensor;

  /** `room` makes tensors for one step, and `filled` those with numbers. */
  constructor(encoder: GpuCommandEncoder, room: (length: number) => Tensor, filled: (numbers: Float32Array) => Tensor) {
    this.#encoder = encoder;
    this.#room = room;
    this.#filled = filled;
  }

  pick(whole: Tensor, rows: readonly number[], height: number): Tensor {
    const width = whole.length / height;
    const part = this.#room(rows.length * width);
    for (const { at, row, many } of runs(rows)) this.#copy(whole, row * width, part, at * width, many * width);
    return part;
  }

  put(part: Tensor, rows: readonly number[], whole: Tensor, height: number): void {
    const width = whole.length / height;
    for (const { at, row, many } of runs(rows)) this.#copy(part, at * width, whole, row * width, many * width);
  }

  gradient(data: Float32Array): Tensor {
    return this.#filled(data);
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
