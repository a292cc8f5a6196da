import { appendFileSync } from "node:fs";
import type { Finding } from "@descent/training";
import { readBounded, write } from "../disk.ts";
import { cannotWrite, isCode, UserError } from "../errors.ts";

const longest = 16 * 1024 * 1024;

const fits = (x: unknown): x is Finding =>
  typeof x === "object" &&
  x !== null &&
  typeof Reflect.get(x, "name") === "string" &&
  typeof Reflect.get(x, "step") === "number" &&
  typeof Reflect.get(x, "text") === "string";

/** Adds a finding to findings.jsonl. */
export function addFinding(file: string, finding: Finding): void {
  try {
    appendFileSync(file, `${JSON.stringify(finding)}\n`);
  } catch (error) {
    throw cannotWrite(file, error);
  }
}

/** The findings so far; unreadable lines are left out, and a missing file counts as empty. */
export function readFindings(file: string): Finding[] {
  let text: string;
  try {
    text = Buffer.from(readBounded(file, longest)).toString();
  } catch (error) {
    if (!(error instanceof UserError && isCode(error.cause, "ENOENT"))) throw error;
    return [];
  }
  return text.split("\n").flatMap((line) => {
    try {
      const found: unknown = JSON.parse(line);
      return fits(found) ? [found] : [];
    } catch {
      return [];
    }
  });
}

/** Drops findings after a checkpoint: the resumed run makes them again. */
export async function rewindFindings(file: string, step: number): Promise<readonly Finding[]> {
  const all = readFindings(file);
  const kept = all.filter((one) => one.step <= step);
  if (kept.length < all.length) await write(file, kept.map((one) => `${JSON.stringify(one)}\n`).join(""));
  return kept;
}
