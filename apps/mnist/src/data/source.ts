import { gunzipSync } from "node:zlib";
import { reason, UserError } from "../errors.ts";

/** Reads one of the four files; `file` names it in errors. */
export type Fetch = (name: string) => Promise<{ bytes: Uint8Array; file: string }>;

/** Maximum bytes to read, download or unpack; the largest of the four files has 47,040,016. */
export const largest = 64 * 1024 * 1024;

/** Unpacks a gzip file to at most `most` bytes; other bytes are returned as is. */
export function unpack(bytes: Uint8Array, file: string, most = largest): Uint8Array {
  if (!(bytes[0] === 0x1f && bytes[1] === 0x8b)) return bytes; // not gzip, whatever its name
  try {
    return gunzipSync(bytes, { maxOutputLength: most });
  } catch (error) {
    throw new UserError(`\`${file}\` cannot be unpacked: ${reason(error)}.`, { cause: error });
  }
}
