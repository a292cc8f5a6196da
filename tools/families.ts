import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";

/** The families of rules in a workspace: packages whose manifest says `"descent": { "kind": "family" }`. */
export const familiesOf = (root: string): string[] =>
  readdirSync(path.join(root, "packages"))
    .sort()
    .filter((folder) => {
      const manifest = path.join(root, "packages", folder, "package.json");
      if (!existsSync(manifest)) return false;
      const { descent } = JSON.parse(readFileSync(manifest, "utf8")) as { descent?: { kind?: string } };
      return descent?.kind === "family";
    });
