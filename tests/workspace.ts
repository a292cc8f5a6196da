import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("..", import.meta.url));

interface Manifest {
  readonly name: string;
  readonly exports: Readonly<Record<string, unknown>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

export interface Package {
  /** The folder's name under packages/, which is the package's name without its scope. */
  readonly folder: string;
  readonly path: string;
  readonly manifest: Manifest;
}

/** Every published package. A folder without a package.json is what another branch left behind. */
export const packages: readonly Package[] = readdirSync(`${root}packages`)
  .map((folder) => ({ folder, path: `${root}packages/${folder}` }))
  .filter(({ path }) => existsSync(`${path}/package.json`))
  // A package.json that is not one fails in pnpm long before it is read here.
  .map((at) => ({ ...at, manifest: JSON.parse(readFileSync(`${at.path}/package.json`, "utf8")) as Manifest }));

/** The entry points of a package: its name alone, and with a path. */
export const entries = ({ name, exports }: Manifest): string[] =>
  Object.keys(exports)
    .filter((entry) => entry !== "./package.json")
    .map((entry) => name + entry.slice(1));

/** The first TypeScript block of a package's README, which is the first thing a reader tries. */
export function readmeExample(path: string): string {
  const code = /```ts\n(.*?)```/s.exec(readFileSync(`${path}/README.md`, "utf8"))?.[1];
  if (code === undefined) throw new Error(`${path}/README.md shows no code.`);
  return code;
}

/** Runs with Node what a README shows first. The test kit's example is a test file. */
export const exampleCommand = (folder: string, file: string): string[] =>
  folder === "conformance" ? ["--test", file] : [file];

/** The packages that a README's first install command names. */
export function readmeInstall(path: string): string[] {
  const line = /^npm (?:i|install) (.+)$/m.exec(readFileSync(`${path}/README.md`, "utf8"))?.[1];
  if (line === undefined) throw new Error(`${path}/README.md does not say how to install it.`);
  return line.split(/\s+/).filter((word) => word !== "" && !word.startsWith("-"));
}

/** The arguments of a command that a README shows: `npx descent rules` shows `rules` of `descent`. */
export function readmeCommands(path: string, name: string): string[] {
  const page = readFileSync(`${path}/README.md`, "utf8");
  const lines = [...page.matchAll(new RegExp(`^npx ${name} ([^#\\n]+)`, "gm"))].map(([, line = ""]) => line.trim());
  if (lines.length === 0) throw new Error(`${path}/README.md shows no command.`);
  return lines;
}
