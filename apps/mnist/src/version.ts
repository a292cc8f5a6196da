import { createRequire } from "node:module";

/** The version of @descent/core. */
export function packageVersion(): string {
  const { version } = createRequire(import.meta.url)("@descent/core/package.json") as { version: string };
  return version;
}
