import { UserError } from "../errors.ts";
import { type Digits, pixels, side } from "./digits.ts";

const [COMMA, NEWLINE, RETURN, ZERO, NINE, QUOTE, SPACE] = [44, 10, 13, 48, 57, 34, 32];
/** Headings of the column of labels. */
const LABELS = /^"?(label|class|target|y)"?$/i;

/**
 * Reads rows of a label, 0 to 255, and 784 pixels, 0 (paper) to 255, as Kaggle and OpenML keep MNIST: the label first, or where a line of
 * headings says. `file` names it in errors.
 */
export function readCsv(bytes: Uint8Array, file: string): Digits {
  const first = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0; // a mark of UTF-8
  const end = lineEnd(bytes, first);
  const line = Buffer.from(bytes.subarray(first, Math.min(end, first + 100_000))).toString();
  const headed = /\S/.test(line) && !/^\s*"?\d/.test(line);
  const heads = line.split(",").map((cell) => cell.trim());
  const at = headed ? heads.findIndex((cell) => LABELS.test(cell)) : 0;
  if (headed && at < 0)
    throw new UserError(`\`${file}\` has no column of labels: none of its headings is label, class, target or y.`);
  return rowsOf(bytes, headed ? end + 1 : first, at, headed ? 2 : 1, file);
}

const lineEnd = (bytes: Uint8Array, from: number): number => {
  const found = bytes.indexOf(NEWLINE, from);
  return found < 0 ? bytes.length : found;
};

function rowsOf(bytes: Uint8Array, from: number, labelAt: number, firstLine: number, file: string): Digits {
  const rows = countRows(bytes, from);
  if (rows === 0) throw new UserError(`\`${file}\` contains no images.`);
  const images = new Uint8Array(rows * pixels);
  const labels = new Uint8Array(rows);
  let place = from;
  let line = firstLine;
  for (let row = 0; row < rows; line++) {
    const end = lineEnd(bytes, place);
    if (isBlank(bytes, place, end)) {
      place = end + 1;
      continue;
    }
    let column = 0;
    let pixel = row * pixels;
    for (; place <= end; column++) {
      const value = numberAt(bytes, place, end);
      if (column === labelAt) {
        if (!(value < 256))
          throw wrong(bytes, place, end, { file, line, column }, "labels are whole numbers from 0 to 255");
        labels[row] = value;
      } else if (column <= pixels) {
        if (!(value < 256))
          throw wrong(bytes, place, end, { file, line, column }, "pixels are whole numbers from 0 to 255");
        images[pixel++] = value;
      }
      place = cellEnd(bytes, place, end) + 1;
    }
    if (column !== pixels + 1)
      throw new UserError(
        `\`${file}\` has ${column} columns in line ${line}; a row is a label and ${pixels} pixels, an image of ${side} × ${side}.`,
      );
    row++;
  }
  return { count: rows, images, labels };
}

function countRows(bytes: Uint8Array, from: number): number {
  let rows = 0;
  for (let place = from; place < bytes.length; ) {
    const end = lineEnd(bytes, place);
    if (!isBlank(bytes, place, end)) rows++;
    place = end + 1;
  }
  return rows;
}

function isBlank(bytes: Uint8Array, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (bytes[i] !== SPACE && bytes[i] !== RETURN) return false;
  return true;
}

function cellEnd(bytes: Uint8Array, from: number, lineEnd: number): number {
  let i = from;
  while (i < lineEnd && bytes[i] !== COMMA) i++;
  return i;
}

/** A whole number of a cell, quoted or not, `7.0` too; NaN for anything else. */
function numberAt(bytes: Uint8Array, from: number, lineEnd: number): number {
  let value = 0;
  let digits = 0;
  let fraction = false;
  for (let i = from; i < lineEnd && bytes[i] !== COMMA; i++) {
    const byte = bytes[i]!;
    if (byte >= ZERO && byte <= NINE) {
      if (fraction && byte !== ZERO) return Number.NaN;
      if (!fraction) value = 10 * value + byte - ZERO;
      digits++;
    } else if (byte === 46 && digits > 0 && !fraction) fraction = true;
    else if (byte !== QUOTE && byte !== SPACE && byte !== RETURN) return Number.NaN;
  }
  return digits > 0 ? value : Number.NaN;
}

function wrong(
  bytes: Uint8Array,
  place: number,
  end: number,
  { file, line, column }: { readonly file: string; readonly line: number; readonly column: number },
  why: string,
): UserError {
  const cell = Buffer.from(bytes.subarray(place, Math.min(cellEnd(bytes, place, end), place + 40)))
    .toString()
    .trim();
  return new UserError(`\`${file}\` has \`${cell}\` in line ${line}, column ${column + 1}; ${why}.`);
}
