import { appendFile, mkdir, readFile } from "node:fs/promises";
import { hostname } from "node:os";
import path from "node:path";
import { takes } from "@descent/core/adapter";
import { writeFile } from "@descent/files";
import type { Saved } from "../callbacks/callback.ts";
import { decodeSaved, encodeSaved } from "../saved.ts";

const isPath = (x: unknown): x is string => typeof x === "string" && x !== "";

/** Appends to a file, which is made with its folders at the first piece: `csv(appendTo("runs/a/log.csv"))`. Throws the system's errors. */
export function appendTo(file: string): (piece: string | Uint8Array) => Promise<void> {
  takes("appendTo", "the path of a file", file, isPath(file));
  let folder: Promise<unknown> | undefined;
  return async (piece) => {
    await (folder ??= mkdir(path.dirname(file), { recursive: true }));
    await appendFile(file, piece);
  };
}

/** A new events file in a folder, as TensorBoard names them: `tensorBoard(eventsIn("runs/a"))`. */
export function eventsIn(folder: string): (bytes: Uint8Array) => Promise<void> {
  takes("eventsIn", "the path of a folder", folder, isPath(folder));
  const seconds = String(Math.floor(Date.now() / 1000)).padStart(10, "0");
  return appendTo(path.join(folder, `events.out.tfevents.${seconds}.${hostname()}.${process.pid}.${++made}`));
}
let made = 0;

/**
 * Keeps checkpoints in a folder, as `last.safetensors` and `best.safetensors`, each written whole or not at all:
 * `checkpoints({ save: savedIn("runs/a"), monitor: "val_loss" })`.
 */
export function savedIn(folder: string): (saved: Saved, which: "last" | "best") => Promise<void> {
  takes("savedIn", "the path of a folder", folder, isPath(folder));
  return async (saved, which) => {
    await mkdir(folder, { recursive: true });
    await writeFile(path.join(folder, `${which}.safetensors`), encodeSaved(saved));
  };
}

/** Reads a checkpoint that `savedIn` kept: `fit(model, { from: await readSaved("runs/a/last.safetensors"), … })`. */
export async function readSaved(file: string): Promise<Saved> {
  takes("readSaved", "the path of a file", file, isPath(file));
  return decodeSaved(await readFile(file));
}
