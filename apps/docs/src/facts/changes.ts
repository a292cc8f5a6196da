import { readdirSync } from "node:fs";
import path from "node:path";
import { textOf } from "./packages.ts";
import { root } from "./root.ts";

/** Every change that waits for a release: the packages that it is of, and its text. */
export const changes: readonly { readonly packages: readonly string[]; readonly text: string }[] = readdirSync(
  path.join(root, ".changeset"),
)
  .filter((file) => file.endsWith(".md") && file !== "README.md")
  .sort()
  .map((file) => {
    const found = /^---\n(.*?)\n---\n(.*)$/s.exec(textOf(`.changeset/${file}`));
    if (!found) throw new Error(`.changeset/${file} has no heading between lines of dashes.`);
    return { packages: [...found[1]!.matchAll(/"([^"]+)":/g)].map((m) => m[1]!), text: found[2]!.trim() };
  });
