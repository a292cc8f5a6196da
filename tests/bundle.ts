import { existsSync, rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";

/** The folder of the package that a file belongs to. */
function home(file: string): string {
  const folder = path.dirname(file);
  return existsSync(path.join(folder, "package.json")) ? folder : home(folder);
}

/**
 * Compiles a file of a package, and all source of this repository that it imports, into one file that Node starts twice as fast
 * as the source. It finds packages and its own place as the source does. `remove` deletes it.
 */
export async function bundle(entry: string): Promise<{ readonly file: string; readonly remove: () => void }> {
  const name = `.test-${path.basename(entry, ".ts")}-${process.pid}.mjs`;
  const file = path.join(home(entry), "node_modules", name);
  await build({
    entryPoints: [entry],
    outfile: file,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    conditions: ["@descent/source"],
    tsconfig: path.join(import.meta.dirname, "../tsconfig.test.json"), // tests import any package
    logLevel: "error",
    plugins: [
      {
        name: "source",
        setup({ onLoad, onResolve }) {
          onResolve({ filter: /^[^./]/ }, ({ path: name, kind }) =>
            kind === "entry-point" || name.startsWith("@descent/") ? undefined : { path: name, external: true },
          );
          onLoad({ filter: /\.ts$/ }, async ({ path: source }) => ({
            loader: "ts",
            contents: (await readFile(source, "utf8"))
              .replaceAll("import.meta.url", JSON.stringify(pathToFileURL(source).href))
              .replaceAll("import.meta.dirname", JSON.stringify(path.dirname(source))),
          }));
        },
      },
    ],
  });
  return { file, remove: () => rmSync(file, { force: true }) };
}
