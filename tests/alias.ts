import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const packages = join(import.meta.dirname, "../packages");

/** Tests may import any package by its name, and get its source: the arrows between packages bind only what is shipped. */
export const alias: { find: RegExp; replacement: string }[] = readdirSync(packages).flatMap((folder) => {
  const { name, exports }: { name: string; exports: Record<string, { "@descent/source"?: string }> } = JSON.parse(
    readFileSync(join(packages, folder, "package.json"), "utf8"),
  );
  return Object.entries(exports).flatMap(([path, { "@descent/source": source }]) =>
    source
      ? [
          {
            find: new RegExp(`^${name}${path.slice(1)}$`),
            replacement: join(packages, folder, source),
          },
        ]
      : [],
  );
});
