import path from "node:path";
import { gzipSync } from "node:zlib";
import { rules } from "@descent/catalogue";
import { build } from "esbuild";
import { expect, test } from "vitest";

/* Every rule as a page bundles it alone: the family's other rules must go, and core is there already. */
test("a rule costs at most a kilobyte in a bundle", async () => {
  const imports = new Map(rules.map(({ id, name, family }) => [id, `export { ${name} } from "@descent/${family}";`]));
  const { outputFiles } = await build({
    entryPoints: [...imports.keys()].map((id) => ({ in: `rule:${id}`, out: id })),
    bundle: true,
    minify: true,
    format: "esm",
    write: false,
    outdir: "out",
    conditions: ["@descent/source"],
    external: ["@descent/core", "@descent/core/graph"],
    plugins: [
      {
        name: "rules",
        setup({ onResolve, onLoad }) {
          onResolve({ filter: /^rule:/ }, ({ path: given }) => ({
            path: given.slice("rule:".length),
            namespace: "rule",
          }));
          onLoad({ filter: /.*/, namespace: "rule" }, ({ path: id }) => ({
            contents: imports.get(id)!, // one for each entry
            resolveDir: path.join(import.meta.dirname, "../packages/catalogue"),
          }));
        },
      },
    ],
  });
  expect(outputFiles).toHaveLength(rules.length);
  const sizes = outputFiles.map(
    ({ path: file, contents }) => [path.basename(file), gzipSync(contents).length] as const,
  );
  expect(sizes.filter(([, bytes]) => bytes > 1024)).toEqual([]);
});
