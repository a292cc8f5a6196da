import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

/* What every kind of thing that `npm run new` writes has in common: a file, a line that exports it, a changeset. */

/** Whether people can call it by this name. */
export const isName = (name: string): boolean => /^[a-z][A-Za-z0-9]*$/.test(name);

/** rmspropCentered → rmsprop-centered */
export const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** A title from a name. */
export const titled = (name: string): string => `${name[0]?.toUpperCase()}${name.slice(1)}`;

/** Fields of an object in source text, from their names and values. */
export const fields = (all: Readonly<Record<string, string>>): string =>
  Object.entries(all)
    .map(([name, value]) => `${name}: ${value}`)
    .join(", ");

/** The names in a list, each once and none of those that are taken. */
export function namesIn(
  option: string,
  text: string | undefined,
  are: string,
  taken: readonly string[],
): readonly string[] {
  const names = text?.split(",") ?? [];
  const wrong = names.find((one, i) => !isName(one) || taken.includes(one) || names.indexOf(one) < i);
  if (wrong !== undefined) throw new Error(`--${option} are ${are}; got "${text}".`);
  return names;
}

/** The module that an export line names; index.ts is in this order. */
const moduleOf = (line: string): string => /from "(.*)"/.exec(line)?.[1] ?? "";

/** Something to write: in a package, in a file of its own, exported under its names. */
export interface Writing {
  readonly package: string;
  readonly name: string;
  /** The folder within `src`, if there is one. */
  readonly room?: string | undefined;
  /** Source text of the file, by its id. */
  text(id: string): string;
  /** The names that the index exports from it; its own alone by default. */
  readonly exported?: string | undefined;
  readonly change: string;
}

/** Writes a file, the line that exports it and a changeset; returns their paths. Throws, and writes nothing, where it exists. */
export function write(
  root: string,
  { package: folder, name, room, text, exported = name, change }: Writing,
): { readonly source: string; readonly index: string; readonly changeset: string } {
  if (!isName(name))
    throw new Error(`"${name}" cannot be exported. Use the name people say, in camelCase: rmspropCentered.`);
  const id = kebab(name);
  const module = `./${room === undefined ? "" : `${room}/`}${id}.ts`;
  const source = path.posix.join("packages", folder, "src", module);
  if (existsSync(path.join(root, source))) throw new Error(`${source} exists already.`);
  const index = `packages/${folder}/src/index.ts`;
  const lines = readFileSync(path.join(root, index), "utf8")
    .split("\n")
    .filter((line) => line !== "");
  writeFileSync(path.join(root, source), text(id));
  const place = lines.findIndex((line) => moduleOf(line) > module);
  lines.splice(place === -1 ? lines.length : place, 0, `export { ${exported} } from "${module}";`);
  writeFileSync(path.join(root, index), `${lines.join("\n")}\n`);
  return { source, index, changeset: writeChangeset(root, `${folder}-${id}`, folder, change) };
}

/** Writes the line of the changelog of a package; returns its path. */
export function writeChangeset(root: string, name: string, folder: string, text: string): string {
  const file = path.join(root, ".changeset", `${name}.md`);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, `---\n"@descent/${folder}": minor\n---\n\n${text}\n`);
  return path.relative(root, file);
}
