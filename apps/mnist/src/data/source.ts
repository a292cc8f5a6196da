import { gunzipSync } from "node:zlib";
import { reason, UserError } from "../errors.ts";

/** Gives the bytes of one of the four files, and the name to call it by in an error. */
export type Fetch = (name: string) => Promise<{ bytes: Uint8Array; file: string }>;

/** The largest of the four files has 47,040,016 bytes. More is neither read, nor downloaded, nor unpacked. */
export const largest = 64 * 1024 * 1024;

/** The bytes of a gzip file, or those of any other as they are. */
export function unpack(bytes: Uint8Array, file: string): Uint8Array {
  if (!(bytes[0] === 0x1f && bytes[1] === 0x8b)) return bytes; // not gzip, whatever its name says
  try {
    return gunzipSync(bytes, { maxOutputLength: largest });
  } catch (error) {
    throw new UserError(`\`${file}\` cannot be unpacked: ${reason(error)}.`, { cause: error });
  }
}
