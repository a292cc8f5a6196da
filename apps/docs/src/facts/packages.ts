import { readFileSync } from "node:fs";
import path from "node:path";
import { root } from "./root.ts";

/** The description of a package, from its manifest. */
export const descriptionOf = (folder: string): string =>
  (JSON.parse(readFileSync(path.join(root, "packages", folder, "package.json"), "utf8")) as { description: string })
    .description; // each has one
