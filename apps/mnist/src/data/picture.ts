import { convertIndexedToRgb, decode as decodePng } from "fast-png";
import { decode as decodeJpeg } from "jpeg-js";
import { reason, UserError } from "../errors.ts";

/** A picture in grey: 0 is black, 1 is white. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly grey: Float32Array;
}

/** The largest picture, in pixels: those of telephones are smaller. */
const MOST = 64e6;

/** Decodes a PNG or JPEG, told apart by its first bytes; what is transparent shows white paper. `file` names it in errors. */
export function readPicture(bytes: Uint8Array, file: string): Picture {
  const starts = (...with_: readonly number[]): boolean => with_.every((byte, i) => bytes[i] === byte);
  const read = starts(0x89, 0x50, 0x4e, 0x47) ? png : starts(0xff, 0xd8) ? jpeg : undefined;
  if (read === undefined) throw new UserError(`\`${file}\` is neither a PNG nor a JPEG. Convert it to one of them.`);
  let pixels: Pixels;
  try {
    pixels = read(bytes);
  } catch (error) {
    throw error instanceof UserError
      ? error
      : new UserError(`\`${file}\` cannot be read: ${reason(error)}.`, { cause: error });
  }
  const { width, height } = pixels;
  if (width < 1 || height < 1) throw new UserError(`\`${file}\` is a picture without pixels.`);
  return { width, height, grey: greyOf(pixels) };
}

/** Channels of each pixel side by side: grey, grey and alpha, RGB, or RGB and alpha. */
interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: ArrayLike<number>;
  readonly channels: number;
  /** The value of full light. */
  readonly full: number;
}

function checkSize(width: number, height: number): void {
  if (width * height > MOST)
    throw new UserError(
      `The picture has ${width} × ${height} pixels; the limit is ${MOST / 1e6} million. Make it smaller.`,
    );
}

function png(bytes: Uint8Array): Pixels {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  checkSize(view.getUint32(16), view.getUint32(20)); // of the header, before anything is unpacked
  const decoded = decodePng(bytes, { checkCrc: true });
  const { width, height, depth, channels } = decoded;
  if (decoded.palette)
    return { width, height, data: convertIndexedToRgb(decoded), channels: decoded.palette[0]?.length ?? 3, full: 255 };
  if (depth < 8)
    return { width, height, data: unpacked(decoded.data, width, height, depth), channels: 1, full: 2 ** depth - 1 };
  return { width, height, data: decoded.data, channels, full: 2 ** depth - 1 };
}

/** Grey values of fewer than eight bits, which share bytes; every row begins with a byte of its own. */
function unpacked(data: ArrayLike<number>, width: number, height: number, depth: number): Uint8Array {
  const row = Math.ceil((width * depth) / 8);
  const mask = 2 ** depth - 1;
  return Uint8Array.from({ length: width * height }, (_, i) => {
    const [y, bit] = [Math.floor(i / width), (i % width) * depth];
    return (data[y * row + (bit >> 3)]! >> (8 - depth - (bit & 7))) & mask;
  });
}

function jpeg(bytes: Uint8Array): Pixels {
  const { width, height, data } = decodeJpeg(bytes, {
    useTArray: true,
    formatAsRGBA: false,
    maxResolutionInMP: MOST / 1e6,
    maxMemoryUsageInMB: 1024,
  });
  return { width, height, data, channels: 3, full: 255 };
}

/** Light by ITU-R BT.601, on white paper where there is alpha. */
function greyOf({ width, height, data, channels, full }: Pixels): Float32Array {
  const coloured = channels >= 3;
  const alpha = channels % 2 === 0 ? channels - 1 : undefined;
  return Float32Array.from({ length: width * height }, (_, i) => {
    const at = i * channels;
    const light = coloured
      ? (0.299 * data[at]! + 0.587 * data[at + 1]! + 0.114 * data[at + 2]!) / full
      : data[at]! / full;
    return alpha === undefined ? light : 1 + (light - 1) * (data[at + alpha]! / full);
  });
}
