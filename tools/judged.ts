import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/*
 * Which rules have had their mutants judged, and as what: `goldens/mutants.judged.json` has a fingerprint per rule of
 * everything that its verdict is about. A rule whose fingerprint stands there need not be judged again.
 */

const root = new URL("../", import.meta.url);
const table = new URL("goldens/mutants.judged.json", root);

/** The code that computes: it has tests of its own, so a change of it makes no verdict void, and some rules are judged again. */
const machinery = ["packages/core/src", "packages/arrays/src", "packages/conformance/src", "tools/mutate.ts"];
/** The code that makes the changes, and tells which of them count. */
const makers = ["tools/mutants.ts", "tools/equal.ts", "tools/target.ts"];

/** One rule in this many is judged again in every state of the machinery. */
const TURNS = 12;

/** Every file of a folder, or the file itself. */
function filesOf(place: string): string[] {
  if (place.endsWith(".ts")) return [place];
  const files = readdirSync(new URL(place, root), { recursive: true, encoding: "utf8" });
  return files.filter((file) => file.endsWith(".ts")).map((file) => `${place}/${file.replaceAll("\\", "/")}`).sort(); // biome-ignore format: one line
}

function hash(...parts: readonly string[]): string {
  const sum = createHash("sha256");
  for (const part of parts) sum.update(`${part.length}:`).update(part);
  return sum.digest("hex").slice(0, 24);
}

/** The fingerprint of the text of files. */
export const hashOf = (...places: readonly string[]): string =>
  hash(...places.flatMap(filesOf).flatMap((file) => [file, readFileSync(fileURLToPath(new URL(file, root)), "utf8")]));

const made = hashOf(...makers);
const computes = hashOf(...machinery);

/** The fingerprint of what a verdict is about: data, and the sources of functions among them. */
export const fingerprint = (about: unknown, sources: readonly string[]): string =>
  hash(
    made,
    JSON.stringify(about, (_, value: unknown) => (typeof value === "function" ? "a function" : value)),
    hashOf(...sources),
  );

/** Whether it is a rule's turn to be judged again: the same answer until what computes changes, another twelfth then. */
export const turn = (name: string): boolean => Number.parseInt(hash(name, computes).slice(0, 8), 16) % TURNS === 0;

/** The fingerprints of the rules that were judged, and whose survivors are all explained. */
export const judged = (): Record<string, string> =>
  existsSync(table) ? (JSON.parse(readFileSync(table, "utf8")) as Record<string, string>) : {}; // written below

function write(verdicts: Readonly<Record<string, string>>): void {
  const sorted = Object.fromEntries(Object.entries(verdicts).sort(([a], [b]) => (a < b ? -1 : 1)));
  writeFileSync(table, `${JSON.stringify(sorted, null, 2)}\n`);
}

/** Notes that a rule was judged; without a fingerprint, that its last verdict does not hold any more. */
export function note(name: string, print: string | undefined): void {
  const { [name]: _, ...others } = judged();
  write(print === undefined ? others : { ...others, [name]: print });
}

/** Removes the verdicts of rules that no longer exist. */
export const forget = (names: readonly string[]): void =>
  write(Object.fromEntries(Object.entries(judged()).filter(([name]) => names.includes(name))));
