import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { TestProject } from "vitest/node";
import { pack } from "./tarballs.ts";

declare module "vitest" {
  export interface ProvidedContext {
    /** The folder that holds every package's tarball, and the error if packing failed. */
    readonly packed: { readonly folder: string; readonly error?: string };
  }
}

/** Builds every package and packs it as it would be published: once, for all tests that install tarballs. */
export default async function setup(project: TestProject): Promise<() => void> {
  const folder = mkdtempSync(path.join(tmpdir(), "descent-tarballs-"));
  try {
    await pack(folder);
    project.provide("packed", { folder });
  } catch (error) {
    project.provide("packed", { folder, error: String(error) }); // those tests fail by it, and the others run
  }
  return () => rmSync(folder, { recursive: true, force: true });
}
