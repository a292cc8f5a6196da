import { UserError } from "../errors.ts";
import { side } from "./digits.ts";

/** Reads an IDX file of unsigned bytes: two zero bytes, type 8, number of dimensions, their sizes, data. */
function idx(bytes: Uint8Array, dimensions: number, file: string): { sizes: number[]; data: Uint8Array } {
  const header = 4 + 4 * dimensions;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < header) {
    throw new UserError(`\`${file}\` is truncated: ${bytes.length} bytes, and its header alone needs ${header}.`);
  }
  const magic = view.getUint32(0);
  if (magic !== 0x0800 + dimensions) {
    const [found, wanted] = [magic, 0x0800 + dimensions].map((n) => n.toString(16).padStart(8, "0"));
    throw new UserError(`\`${file}\` is not an MNIST file: it starts with ${found} instead of ${wanted}.`);
  }
  const sizes = Array.from({ length: dimensions }, (_, i) => view.getUint32(4 + 4 * i));
  const wanted = header + sizes.reduce((product, size) => product * size, 1);
  if (bytes.length !== wanted) {
    const how = bytes.length < wanted ? "is truncated" : "is too long";
    throw new UserError(`\`${file}\` ${how}: ${bytes.length} bytes, but its header says ${wanted}.`);
  }
  return { sizes, data: bytes.subarray(header) };
}

/** The images of an IDX file; `file` names it in errors. */
export function readImages(bytes: Uint8Array, file: string): { count: number; images: Uint8Array } {
  const { sizes, data } = idx(bytes, 3, file);
  const [count = 0, rows, columns] = sizes;
  if (rows !== side || columns !== side) {
    throw new UserError(
      `\`${file}\` has images of ${rows} × ${columns} pixels; these networks take ${side} × ${side}.`,
    );
  }
  return { count, images: data };
}

/** The labels of an IDX file; `file` names it in errors. */
export const readLabels = (bytes: Uint8Array, file: string): Uint8Array => idx(bytes, 1, file).data;
