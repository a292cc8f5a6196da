import { readdirSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { Lesson } from "../kit/lesson.ts";

const folder = path.resolve(import.meta.dirname, "../lessons");

/** All lessons, one per file of `lessons/`, by their numbers. */
export const lessons: readonly Lesson[] = (
  await Promise.all(
    readdirSync(folder)
      .filter((file) => file.endsWith(".ts"))
      .map(async (file) => {
        const module = (await import(pathToFileURL(path.join(folder, file)).href)) as { readonly default: Lesson };
        if (`${module.default.id}.ts` !== file) throw new Error(`${file} has the lesson ${module.default.id}.`);
        return module.default;
      }),
  )
).sort((a, b) => a.number - b.number);
