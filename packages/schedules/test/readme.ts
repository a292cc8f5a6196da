import { readFileSync } from "node:fs";

/**
 * Runs the first `ts` block of a README. Its imports come from `modules`; each line `expression; // value` becomes a pair
 * of what the expression gave and what the comment promises.
 */
export function runReadme(
  file: URL,
  modules: Readonly<Record<string, object>>,
): readonly (readonly [unknown, unknown])[] {
  const block = /```ts\n(.*?)```/s.exec(readFileSync(file, "utf8"))?.[1];
  if (block === undefined) throw new Error(`${file.pathname} shows no code`);
  const script = block
    .replace(/^import (\{.*?\}) from "(.*?)";$/gm, 'const $1 = modules["$2"];')
    .replace(/^(\S.*); \/\/ ((?:-?\d|"|\[|true|false).*)$/gm, "results.push([($1), ($2)]);");
  const results: (readonly [unknown, unknown])[] = [];
  new Function("modules", "results", `"use strict";\n${script}`)(modules, results);
  return results;
}
