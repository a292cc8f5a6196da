import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { load, rules } from "@descent/catalogue";
import { encode, initial } from "@descent/playground/link";
import type { Entry } from "../client/search.ts";
import { apiOf } from "../facts/api.ts";
import { digitBytes } from "../facts/digits.ts";
import { lessons } from "../facts/lessons.ts";
import { documentOf } from "../html/layout.ts";
import type { Page } from "../html/page.ts";
import { digitsOf } from "../kit/digits.ts";
import { compared, comparePage } from "../pages/compare.ts";
import { homePage } from "../pages/home.ts";
import { lessonPages } from "../pages/lessons.ts";
import { listPages } from "../pages/lists.ts";
import { guidePages, referencePages } from "../pages/markdown-pages.ts";
import { rulePage } from "../pages/rule.ts";
import { rulesPage } from "../pages/rules.ts";
import { buildClient } from "./client.ts";

/** Every page of the site. */
export async function allPages(digits: Uint8Array, api: Api): Promise<Page[]> {
  const ofRules = await Promise.all(
    rules.map(async (rule) => {
      const mine = { parent: rule.id, title: "", text: "" };
      return rulePage(rule, await load(rule.id), `#${await encode({ ...initial, page: "rule", mine })}`);
    }),
  );
  return [
    homePage(),
    ...lessonPages(lessons, digitsOf(digits)),
    rulesPage,
    comparePage,
    ...ofRules,
    ...guidePages,
    ...listPages,
    ...referencePages(api),
  ];
}

type Api = ReturnType<typeof apiOf>;

/** Builds the site into a folder, without the playground, with the public names of some packages. Returns its pages. */
export async function buildSite(folder: string, withApi: readonly string[]): Promise<Page[]> {
  const digits = digitBytes();
  const [assets, pages] = [await buildClient(folder), await allPages(digits, apiOf(withApi))];
  writeFileSync(path.join(folder, "digits.bin"), digits);
  const paths = new Set<string>();
  for (const page of pages) {
    if (paths.has(page.path)) throw new Error(`Two pages are at ${page.path}.`);
    paths.add(page.path);
    mkdirSync(path.join(folder, page.path), { recursive: true });
    writeFileSync(path.join(folder, page.path, "index.html"), documentOf(page, assets));
  }
  const index: Entry[] = pages.map(({ path: at, title, description, words = "", part }, id) => ({
    id,
    path: at,
    title,
    description,
    words,
    part,
  }));
  writeFileSync(path.join(folder, "search.json"), JSON.stringify(index));
  writeFileSync(path.join(folder, "rules.json"), JSON.stringify(compared));
  writeFileSync(path.join(folder, "llms.txt"), llms(pages));
  return pages;
}

/** The pages as a list for language models: https://llmstxt.org. */
function llms(pages: readonly Page[]): string {
  const list = (part: Page["part"]): string =>
    pages
      .filter((page) => page.part === part)
      .map(({ path: at, title, description }) => `- [${title}](${at}index.html): ${description}`)
      .join("\n");
  return `# Descent

> Optimizers for TypeScript, written once as the equations of their papers; they run on typed arrays, WebGPU, TensorFlow.js, jax-js and, for any ONNX model, on ONNX Runtime.

\`import { adamw } from "@descent/adam"; import { optimizer } from "@descent/arrays"; const opt = optimizer({ w }, adamw({ lr: 1e-3 })); opt.update({ w: gradient });\`

## Guides

${list("guides")}

## Rules

${list("rules")}

## Lessons

${list("lessons")}

## Reference

${list("reference")}
`;
}
