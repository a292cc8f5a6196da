/** An adapter's folder on disk, as PEFT writes and reads it. */
import { mkdir, readFile } from "node:fs/promises";
import path from "node:path";
import { OptimizerError } from "@descent/core";
import { shown } from "@descent/core/adapter";
import { writeFile } from "@descent/files";
import type { Adapter } from "../adapter.ts";
import { CONFIG, decodeAdapter, type EncodeOptions, encodeAdapter, TENSORS } from "../files/peft.ts";

function checkFolder(where: string, folder: unknown): asserts folder is string {
  if (typeof folder !== "string" || folder === "")
    throw new OptimizerError(`\`${where}\` takes the path of a folder; got ${shown(folder)}.`);
}

/** Writes an adapter's two files into a folder, which is created if it is missing; `PeftModel.from_pretrained` loads it. Each file is written whole or not at all. */
export async function saveAdapter(folder: string, adapter: Adapter, options: EncodeOptions = {}): Promise<void> {
  checkFolder("saveAdapter", folder);
  const files = encodeAdapter(adapter, options);
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, TENSORS), files[TENSORS]);
  await writeFile(path.join(folder, CONFIG), files[CONFIG]);
}

/** The adapter in a folder that PEFT or `saveAdapter` wrote. */
export async function loadAdapter(folder: string): Promise<Adapter> {
  checkFolder("loadAdapter", folder);
  const read = async (name: string): Promise<Uint8Array> => {
    try {
      return await readFile(path.join(folder, name));
    } catch (cause) {
      const { code, message } = cause as NodeJS.ErrnoException;
      const why = code === "ENOENT" ? `there is no ${name}. Is it a folder of PEFT?` : message;
      throw new OptimizerError(`The adapter ${folder} cannot be read: ${why}`, { cause });
    }
  };
  return decodeAdapter({ [CONFIG]: await read(CONFIG), [TENSORS]: await read(TENSORS) });
}
