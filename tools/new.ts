// npm run new -- <family> <name> [--title "Title"] [--paper https://…]
// Writes what a new rule needs, filled in as far as a machine can know it: its file, its export line, its changeset.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { nearest } from "@descent/core/adapter";
import { familiesOf } from "./families.ts";

/** Scaffolds a rule in the workspace at `root` and returns what to do next; throws a sentence if it cannot. */
export function scaffold(root: string, args: readonly string[]): string {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { title: { type: "string" }, paper: { type: "string" } },
  });
  const families = familiesOf(root);
  const [family, name, ...rest] = positionals;
  if (family === undefined || name === undefined || rest.length > 0)
    throw new Error(
      `usage: npm run new -- <family> <name> [--title "Title"] [--paper https://…]\nfamilies: ${families.join(", ")}`,
    );
  if (!families.includes(family)) {
    const meant = nearest(family, families);
    const hint = meant === undefined ? "" : ` Did you mean ${meant}?`;
    throw new Error(`There is no family "${family}"; there are ${families.join(", ")}.${hint}`);
  }
  if (!/^[a-z][A-Za-z0-9]*$/.test(name))
    throw new Error(`"${name}" cannot be exported. Call it as one says it aloud, in camelCase: rmspropCentered.`);

  const home = path.join(root, "packages", family);
  const file = `${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}.ts`;
  const rule = path.join(home, "src", file);
  if (existsSync(rule)) throw new Error(`packages/${family}/src/${file} exists already.`);
  const index = path.join(home, "src/index.ts");
  const lines = readFileSync(index, "utf8").trimEnd().split("\n");
  const title = values.title ?? name[0]?.toUpperCase() + name.slice(1);

  writeFileSync(
    rule,
    `import { rule } from "@descent/core";

/** One sentence: what this method sees that others do not. Then where its defaults come from. */
export const ${name} = rule({
  id: ${JSON.stringify(file.replace(/\.ts$/, ""))},
  title: ${JSON.stringify(title)},
  paper: ${JSON.stringify(values.paper ?? "https://arxiv.org/abs/…")},
  hyper: { lr: 1e-3 },
  state: {},
  update: {
    p: "p - lr * g",
  },
});
`,
  );
  const after = lines.findIndex((line) => moduleOf(line) > `./${file}`);
  lines.splice(after === -1 ? lines.length : after, 0, `export { ${name} } from "./${file}";`);
  writeFileSync(index, `${lines.join("\n")}\n`);
  const changeset = path.join(root, ".changeset", `${family}-${file.replace(/\.ts$/, ".md")}`);
  mkdirSync(path.dirname(changeset), { recursive: true });
  writeFileSync(changeset, `---\n"@descent/${family}": minor\n---\n\n${title}: \`${name}\`.\n`);

  return `packages/${family}/src/${file}       write the paper's box here
packages/${family}/src/index.ts      exports it
${path.relative(root, changeset)}      one line for the changelog

What is left to you, because it must not come from the rule itself:
packages/conformance/goldens/${family}/${name}.json      ten steps by somebody else's code

  1. goldens/${family}.py: a line in goldens() that runs the published implementation, and the paper's box in NumPy
  2. python goldens/make.py
  3. node scripts/pm.mjs exec vitest run packages/${family}`;
}

/** The module that an export line is about; index.ts is in this order. */
function moduleOf(line: string): string {
  return /from "(.*)"/.exec(line)?.[1] ?? "";
}

if (import.meta.filename === path.resolve(process.argv[1] ?? "")) {
  try {
    console.log(scaffold(path.resolve(import.meta.dirname, ".."), process.argv.slice(2)));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
