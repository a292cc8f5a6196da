import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { root } from "./root.ts";

/** The description of a package, from its manifest. */
export const descriptionOf = (folder: string): string =>
  (JSON.parse(readFileSync(path.join(root, "packages", folder, "package.json"), "utf8")) as { description: string })
    .description; // each has one

/** The folders of all packages. */
export const folders: readonly string[] = readdirSync(path.join(root, "packages"), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  .sort();

/** A file of the repository as text. */
export const textOf = (file: string): string => readFileSync(path.join(root, file), "utf8");
