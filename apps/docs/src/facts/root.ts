import path from "node:path";

/** The repository. */
export const root: string = path.resolve(import.meta.dirname, "../../../..");
