import path from "node:path";
import { build, defaultClientConditions, type Rolldown } from "vite";
import type { Assets } from "../html/layout.ts";

const client = path.resolve(import.meta.dirname, "../client");
/** Lessons are apart: they race in the page, and a chunk shared with others would carry that into pages that leave it to a worker. */
const groups = [["theme", "page", "home", "rule", "compare"], ["lesson"]] as const;

/** Builds what runs in the browser into `folder`, and says which file is which. */
export async function buildClient(folder: string): Promise<Assets> {
  const output: Output = [];
  for (const [i, entries] of groups.entries()) output.push(...(await buildOnce(folder, entries, i === 0)));
  const script = (name: string): string => {
    const found = output.find((one) => one.type === "chunk" && one.isEntry && one.name === name);
    if (!found) throw new Error(`The client's build has no entry ${name}.`);
    return found.fileName;
  };
  const style = output.find(({ fileName }) => /page.*\.css$/.test(fileName));
  if (!style) throw new Error("The client's build has no style sheet.");
  return {
    style: style.fileName,
    theme: script("theme"),
    page: script("page"),
    scripts: { home: script("home"), rule: script("rule"), compare: script("compare"), lesson: script("lesson") },
  };
}

type Output = Rolldown.RolldownOutput["output"][number][];

async function buildOnce(folder: string, entries: readonly string[], empty: boolean): Promise<Output> {
  const result = await build({
    configFile: false,
    root: path.resolve(client, "../.."),
    base: "./",
    logLevel: "error",
    resolve: { conditions: ["@descent/source", ...defaultClientConditions] },
    worker: { format: "es" },
    build: {
      outDir: folder,
      emptyOutDir: empty,
      target: "es2022",
      modulePreload: { polyfill: false },
      reportCompressedSize: false,
      rollupOptions: { input: Object.fromEntries(entries.map((name) => [name, path.join(client, `${name}.ts`)])) },
    },
  });
  if (Array.isArray(result) || !("output" in result)) throw new Error("Vite did not say what it built.");
  return [...result.output];
}
