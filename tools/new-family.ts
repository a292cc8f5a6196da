import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { writeChangeset } from "./new-files.ts";

type Json = Record<string, unknown>;
const readJson = (file: string): Json => JSON.parse(readFileSync(file, "utf8")) as Json;
const writeJson = (file: string, value: unknown): void => writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`);

/** Writes a family: a package that holds rules and nothing else. */
export function newFamily(
  root: string,
  name: string,
  description = `Rules of the ${name} family, as equations`,
): string {
  if (!/^[a-z][a-z0-9-]*$/.test(name))
    throw new Error(`"${name}" cannot be a package. Use kebab-case: parameter-free.`);
  const home = path.join(root, "packages", name);
  if (existsSync(home)) throw new Error(`packages/${name} exists already.`);
  const goldens = path.join(root, "goldens", `${name.replaceAll("-", "_")}.py`);
  if (existsSync(goldens))
    throw new Error(`${path.relative(root, goldens)} exists already, and belongs to others. Choose another name.`);
  const like = path.join(root, "packages/sgd");
  mkdirSync(path.join(home, "src"), { recursive: true });
  mkdirSync(path.join(home, "test"));

  const { scripts, ...others } = readJson(path.join(like, "package.json")) as Json & { scripts: Json };
  const manifest = {
    ...others,
    scripts: { ...scripts, test: `vitest run --root ../.. packages/${name}/` },
    name: `@descent/${name}`,
    version: "0.0.0",
    description,
  };
  writeJson(path.join(home, "package.json"), { ...manifest, keywords: ["optimizer", "gradient-descent", name] });
  writeJson(path.join(home, "tsconfig.json"), readJson(path.join(like, "tsconfig.json")));
  writeFileSync(path.join(home, "src/index.ts"), "");
  writeFileSync(
    path.join(home, `test/${name}.test.ts`),
    `import { goldens } from "@descent/conformance";
import { describeRules } from "../../../tests/sample.ts";
import * as rules from "../src/index.ts";

describeRules(rules, goldens(${JSON.stringify(name)}));
`,
  );
  writeFileSync(
    path.join(home, "README.md"),
    `# @descent/${name}\n\n${description}.\n\n\`\`\`sh\nnpm install @descent/${name} @descent/arrays\n\`\`\`\n\n[RULES.md](RULES.md) has the formulas, defaults and cost of each, generated from the rules themselves.\n`,
  );
  writeFileSync(
    goldens,
    `"""The family ${name}: numbers computed by published code, and the papers' boxes in NumPy that must agree with them."""

from common import DEFAULTS, OPTIONS, TINY, golden


def goldens():
    out = {}
    return {f"packages/conformance/goldens/${name}/{rule}.json": value for rule, value in out.items()}
`,
  );
  refer(path.join(root, "tsconfig.json"), `packages/${name}`);
  refer(path.join(root, "packages/catalogue/tsconfig.json"), `../${name}`);
  const catalogue = path.join(root, "packages/catalogue/package.json");
  const { dependencies, ...rest } = readJson(catalogue) as Json & { dependencies: Record<string, string> };
  const added = Object.entries({ ...dependencies, [`@descent/${name}`]: "workspace:^" }).sort(([a], [b]) =>
    a < b ? -1 : 1,
  );
  writeJson(catalogue, { ...rest, dependencies: Object.fromEntries(added) });
  const changeset = writeChangeset(root, `first-${name}`, name, `The family ${name}.`);

  return `packages/${name}/                 package.json, tsconfig.json, README.md, src/index.ts, test
packages/catalogue/           depends on it
tsconfig.json                 builds it
${path.relative(root, goldens)}             its goldens
${changeset}      one line for the changelog

Then
  node scripts/pm.mjs --no-install install    links the package and updates pnpm-lock.yaml
  npm run new -- ${name} <rule>      its first rule`;
}

/** Adds a project reference to a tsconfig. */
function refer(file: string, target: string): void {
  const { references, ...others } = readJson(file) as Json & { references: { path: string }[] };
  writeJson(file, { ...others, references: [...references, { path: target }] });
}
