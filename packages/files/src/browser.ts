// Bundlers for browsers use this module, so that programs that write files only in Node still bundle.
import type * as node from "./index.ts";

const nowhere = (name: string): never => {
  throw new Error(`${name} of @descent/files needs Node: a browser has no file system.`);
};

export const writeFile: typeof node.writeFile = async () => nowhere("writeFile");
export const writeLink: typeof node.writeLink = async () => nowhere("writeLink");
export const cleanTemporaries: typeof node.cleanTemporaries = async () => nowhere("cleanTemporaries");
export const lock: typeof node.lock = async () => nowhere("lock");

export { LockedError } from "./locked.ts";
