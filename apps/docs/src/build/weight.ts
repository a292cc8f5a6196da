import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { gzipSync } from "node:zlib";

/** The bytes that a reader is asked for to see a page of a built site and compute with it, compressed and without fonts, page by page. */
export function weightsOf(folder: string): ReadonlyMap<string, number> {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).map((file) =>
    file.split(path.sep).join("/"),
  );
  const assets = new Map(files.filter((one) => one.startsWith("assets/")).map((one) => [path.basename(one), one]));
  const known = new Map<string, number>();
  const size = (file: string): number => {
    const found = known.get(file) ?? gzipSync(readFileSync(path.join(folder, file))).length;
    known.set(file, found);
    return found;
  };
  /** A file and all that it imports at once, workers too; a thing imported later, such as a family, is one of many. */
  const closure = (file: string, seen: Set<string>): Set<string> => {
    if (seen.has(file)) return seen;
    seen.add(file);
    const text = readFileSync(path.join(folder, file), "utf8");
    const wanted = /\.js$/.test(file)
      ? [...text.matchAll(/(?:from|import)\s*"\.\/([^"]+)"|new URL\(`?"?([^"`]+\.js)/g)].map((m) =>
          path.basename(m[1] ?? m[2]!),
        )
      : [...text.matchAll(/assets\/([\w.-]+\.(?:js|css))"/g)].map((m) => m[1]!);
    for (const one of wanted) if (assets.has(one)) closure(assets.get(one)!, seen);
    return seen;
  };
  return new Map(
    files
      .filter((one) => one.endsWith("index.html") && !one.startsWith("playground/"))
      .map((page) => [page, [...closure(page, new Set())].reduce((sum, one) => sum + size(one), 0)]),
  );
}
