import path from "node:path";
import { build, defaultClientConditions } from "vite";
import type { Assets } from "../html/layout.ts";

const client = path.resolve(import.meta.dirname, "../client");
const entries = ["theme", "page", "home", "rule", "compare", "lesson"] as const;

/** Builds what runs in the browser into `folder`, and says which file is which. */
export async function buildClient(folder: string): Promise<Assets> {
  const result = await build({
    configFile: false,
    root: path.resolve(client, "../.."),
    base: "./",
    logLevel: "error",
    resolve: { conditions: ["@descent/source", ...defaultClientConditions] },
    worker: { format: "es" },
    build: {
      outDir: folder,
      emptyOutDir: true,
      target: "es2022",
      modulePreload: { polyfill: false },
      reportCompressedSize: false,
      rollupOptions: { input: Object.fromEntries(entries.map((name) => [name, path.join(client, `${name}.ts`)])) },
    },
  });
  if (Array.isArray(result) || !("output" in result)) throw new Error("Vite did not say what it built.");
  const script = (name: string): string => {
    const found = result.output.find((one) => one.type === "chunk" && one.isEntry && one.name === name);
    if (!found) throw new Error(`The client's build has no entry ${name}.`);
    return found.fileName;
  };
  const style = result.output.find(({ fileName }) => /page.*\.css$/.test(fileName));
  if (!style) throw new Error("The client's build has no style sheet.");
  return {
    style: style.fileName,
    theme: script("theme"),
    page: script("page"),
    scripts: { home: script("home"), rule: script("rule"), compare: script("compare"), lesson: script("lesson") },
  };
}
