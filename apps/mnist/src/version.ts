import { createRequire } from "node:module";

/** The version of `@descent/core`. */
export function packageVersion(): string {
  const { version } = createRequire(import.meta.url)("@descent/core/package.json") as { version: string };
  return version;
}

/** How this program is called: by npm, or where there is none by the script of an offline bundle, which names itself. */
export const program: string = process.env.DESCENT_PROGRAM ?? "npm start --";

/** Whether this is an offline bundle, to which nothing can be added. */
export const isBundle: boolean = process.env.DESCENT_PROGRAM !== undefined;
