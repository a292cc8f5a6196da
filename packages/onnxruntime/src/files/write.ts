import { OptimizerError } from "@descent/core";
import type { FileUrl } from "@descent/files";
import { baseName, isNode } from "./read.ts";

/** The part of a page that a download needs. */
interface Page {
  readonly document?: {
    createElement(name: "a"): { href: string; download: string; click(): void };
  };
  readonly Blob: new (parts: readonly Uint8Array[], options: { type: string }) => object;
  readonly URL: { createObjectURL(blob: object): string; revokeObjectURL(url: string): void };
}

/** Writes a file whole or not at all. In a browser's page the file is downloaded under the last part of its name. */
export async function store(path: string | FileUrl, parts: readonly Uint8Array[]): Promise<void> {
  if (!isNode()) return download(String(path), parts);
  const { writeFile } = await import("@descent/files");
  try {
    await writeFile(path, parts);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const why = code === "ENOENT" ? "there is no folder of that name" : message.replace(/\.$/, "");
    throw new OptimizerError(`${path} could not be written: ${why}. An older file there is untouched.`, { cause });
  }
}

function download(path: string, parts: readonly Uint8Array[]): void {
  const { document, Blob, URL } = globalThis as unknown as Page; // in a browser
  if (!document)
    throw new OptimizerError(
      `There is no file system here to write ${path} to. Take the bytes: encodeCheckpoint(await trainer.checkpoint()), exportModel() or trainingGraph().`,
    );
  const url = URL.createObjectURL(new Blob(parts, { type: "application/octet-stream" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = baseName(path);
  link.click();
  URL.revokeObjectURL(url); // the download has begun
}
