import { execFile } from "node:child_process";
import { readdirSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import type { ProvidedContext } from "vitest";
import { root } from "./workspace.ts";

/** The output of a command; if it fails, an error with everything that it printed. */
export async function run(
  cwd: string,
  file: string,
  args: readonly string[],
  { shell = false, env }: { readonly shell?: boolean; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<string> {
  try {
    return (await promisify(execFile)(file, args, { cwd, shell, env: { ...process.env, ...env } })).stdout;
  } catch (error) {
    const said =
      error instanceof Error && "stdout" in error && "stderr" in error ? `${error.stdout}${error.stderr}` : "";
    throw new Error(`${path.basename(file)} ${args.join(" ")} failed:\n${said || error}`);
  }
}
export const node = (cwd: string, ...args: string[]): Promise<string> => run(cwd, process.execPath, args);
export const pnpm = (...args: string[]): Promise<string> =>
  node(root, `${root}scripts/pm.mjs`, "--no-install", ...args);

/** Builds every package and packs it into a folder, as it would be published. */
export async function pack(folder: string): Promise<void> {
  await pnpm("exec", "turbo", "run", "build", "--filter=./packages/*");
  await pnpm("--recursive", "--filter=./packages/*", "pack", "--pack-destination", folder);
}

/** Where a package's tarball is, among those that were packed. */
export function tarballOf(name: string, { folder, error }: ProvidedContext["packed"]): string {
  if (error !== undefined) throw new Error(error);
  const file = readdirSync(folder).find((one) => one.startsWith(`descent-${name}-`) && one.endsWith(".tgz"));
  if (file === undefined) throw new Error(`@descent/${name} was not packed.`);
  return path.join(folder, file);
}
