import { existsSync, readdirSync, rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire, isBuiltin } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";

/** The folder of the package that a file belongs to. */
function home(file: string): string {
  const folder = path.dirname(file);
  return existsSync(path.join(folder, "package.json")) ? folder : home(folder);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM"; // another user's
  }
}

/** Whether a module in a folder can import a package. */
function reaches(folder: string, name: string): boolean {
  const [, bare = name] = /^((?:@[^/]+\/)?[^/]+)/.exec(name) ?? [];
  if (existsSync(path.join(folder, "node_modules", bare))) return true;
  return path.dirname(folder) !== folder && reaches(path.dirname(folder), name);
}

/** A package as a module names it, or by its file where the bundle does not reach it as the module does. */
function reached(name: string, folder: string, importer: string): string {
  if (isBuiltin(name) || reaches(folder, name) || !reaches(path.dirname(importer), name)) return name;
  return pathToFileURL(createRequire(importer).resolve(name)).href;
}

/**
 * Compiles a file of a package, and all source of this repository that it imports, into a folder of few files that Node starts twice as
 * fast as the source: what is imported only when needed stays so. They find packages and their own place as the source does. `remove`
 * deletes them; what a process left that was killed, the next call deletes.
 */
export async function bundle(entry: string): Promise<{ readonly file: string; readonly remove: () => void }> {
  const name = path.basename(entry, ".ts");
  const modules = path.join(home(entry), "node_modules");
  for (const old of readdirSync(modules)) {
    const [, pid] = /^\.test-.*-(\d+)$/.exec(old) ?? [];
    if (pid !== undefined && !isAlive(Number(pid))) rmSync(path.join(modules, old), { recursive: true, force: true });
  }
  const folder = path.join(modules, `.test-${name}-${process.pid}`);
  await build({
    entryPoints: [entry],
    outdir: folder,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    splitting: true,
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
          onResolve({ filter: /^[^./]/ }, ({ path: name, kind, importer }) =>
            kind === "entry-point" || name.startsWith("@descent/")
              ? undefined
              : { path: reached(name, folder, importer), external: true },
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
  return { file: path.join(folder, `${name}.mjs`), remove: () => rmSync(folder, { recursive: true, force: true }) };
}

const made = new Map<string, ReturnType<typeof bundle>>();

/** A file that Node runs in the place of a TypeScript file of a package, compiled once for all test files of this process. */
export async function compiled(file: string): Promise<string> {
  const before = made.get(file);
  if (before) return (await before).file;
  const bundled = bundle(file);
  made.set(file, bundled);
  const { file: built, remove } = await bundled;
  process.once("exit", remove);
  return built;
}
