import { readFileSync } from "node:fs";

/** The version of this package, which all of Descent shares; "unknown" where a bundler has left package.json behind. */
export function version(): string {
  try {
    const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
    return String(version);
  } catch {
    return "unknown";
  }
}
