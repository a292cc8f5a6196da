export { type Lock, LockedError, lock } from "./lock.ts";
export { cleanTemporaries } from "./temporary.ts";
export { type Content, type FileUrl, writeFile, writeLink } from "./write.ts";
