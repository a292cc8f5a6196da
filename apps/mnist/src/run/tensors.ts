import { crc32 } from "node:zlib";
import { decodeSafetensors, encodeSafetensors, type SafeTensor } from "@descent/core/adapter";
import { oneLine, UserError } from "../errors.ts";

/** This app's entry in a safetensors file's metadata: JSON with a `version`. */
export const entry = "descent-mnist";
/** The entry with the checksums; present since version 2. */
const checksums = "descent-mnist-crc32";

/** Version 1 had no checksums, so a flipped bit in a weight went unnoticed. */
const version = 2;

type Tensors = Readonly<Record<string, SafeTensor>>;
type Texts = Readonly<Record<string, string>>;

const hex = (crc: number): string => crc.toString(16).padStart(8, "0");

/** A checksum per tensor and per metadata text, so that an error can say which part is damaged. */
function sums(tensors: Tensors, texts: Texts): Texts {
  const bytes = ({ data }: SafeTensor): Uint8Array => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return Object.fromEntries([
    ...Object.entries(tensors).map(([name, tensor]) => [`tensor ${name}`, hex(crc32(bytes(tensor)))]),
    ...Object.entries(texts).map(([name, text]) => [`metadata ${name}`, hex(crc32(text))]),
  ]);
}

/** Encodes a safetensors file with checksums. `own` becomes this app's entry; `texts` are other entries. */
export function encode(tensors: Tensors, own: object, texts: Texts = {}): Uint8Array {
  const all = { ...texts, [entry]: JSON.stringify({ version, ...own }) };
  return encodeSafetensors(tensors, { ...all, [checksums]: JSON.stringify(sums(tensors, all)) });
}

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function record(text: string | undefined): Readonly<Record<string, unknown>> {
  try {
    const found: unknown = JSON.parse(text ?? "");
    return isRecord(found) ? found : {};
  } catch {
    return {};
  }
}

/** Decodes a file written by `encode`, verifying its checksums. `file` names it in errors. */
export function decode(
  bytes: Uint8Array,
  file: string,
): { readonly tensors: Tensors; readonly own: Readonly<Record<string, unknown>> } {
  let decoded: { readonly tensors: Tensors; readonly metadata: Texts };
  try {
    decoded = decodeSafetensors(bytes);
  } catch (error) {
    const other = /\.(onnx|json|bin)$/.test(file) ? " Use checkpoint.safetensors or model.safetensors beside it." : "";
    throw new UserError(`\`${file}\` cannot be used: ${oneLine(error)}${other}`, { cause: error });
  }
  const { tensors, metadata } = decoded;
  const own = record(metadata[entry]);
  if (own.version === undefined)
    throw new UserError(`\`${file}\` was not saved by this program: its metadata lacks the entry \`${entry}\`.`);
  if (own.version !== 1 && own.version !== version)
    throw new UserError(
      `\`${file}\` has version ${JSON.stringify(own.version)} of its format; this program reads 1 and ${version}.`,
    );
  if (own.version === version) {
    const { [checksums]: given, ...texts } = metadata;
    const [wanted, found] = [record(given), sums(tensors, texts)];
    const wrong = [...new Set([...Object.keys(wanted), ...Object.keys(found)])].find(
      (name) => wanted[name] !== found[name],
    );
    if (wrong !== undefined)
      throw new UserError(
        `\`${file}\` is damaged: the checksum of ${wrong.replace(" ", " `")}\` does not match. Use another copy.`,
      );
  }
  return { tensors, own };
}
