import { createRequire } from "node:module";

/** The release of the optimizers that train here. */
export function packageVersion(): string {
  const { version } = createRequire(import.meta.url)("@descent/core/package.json") as { version: string };
  return version;
}
