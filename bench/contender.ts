import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

export interface Contender {
  /** Takes one step; a promise is awaited. */
  step(): unknown;
  /** Evidence that the work is the same: the losses of the first steps, or the parameters after them. */
  readonly proof?: readonly number[];
  /** The versions of the libraries that do the work. */
  readonly versions?: Readonly<Record<string, string>>;
  dispose?(): unknown;
}

/** Fills parameters and gradients at the start, with numbers that are never tiny. */
export function sine(array: Float32Array): Float32Array {
  for (let i = 0; i < array.length; i++) array[i] = Math.sin(i);
  return array;
}

/** A library that one of the packages installs for its tests. */
export function libraryOf(pack: string, name: string): unknown {
  const require = createRequire(new URL(`../packages/${pack}/package.json`, import.meta.url));
  try {
    return require(name);
  } catch (error) {
    throw new Error(`${name} is not installed (${(error as NodeJS.ErrnoException).code ?? "it does not load"})`);
  }
}

/** The version of a library as its package.json says. */
export function versionOf(pack: string, name: string): string {
  const require = createRequire(new URL(`../${pack === "." ? "" : `packages/${pack}/`}package.json`, import.meta.url));
  for (const folder of require.resolve.paths(name) ?? [])
    try {
      const { version } = JSON.parse(readFileSync(`${folder}/${name}/package.json`, "utf8")) as { version: string };
      return version;
    } catch {
      // not in this folder
    }
  return "?";
}
