import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { load, rules } from "@descent/catalogue";
import { encode, initial } from "@descent/playground/link";
import type { Entry } from "../client/search.ts";
import { apiOf } from "../facts/api.ts";
import { digitBytes } from "../facts/digits.ts";
import { lessons } from "../facts/lessons.ts";
import { type Snippet, snippetsOf } from "../facts/snippets.ts";
import { programsIn, TYPES, typedCode } from "../html/code.ts";
import { documentOf } from "../html/layout.ts";
import type { Page } from "../html/page.ts";
import { sectionsOf } from "../html/sections.ts";
import { digitsOf } from "../kit/digits.ts";
import { compared, comparePage } from "../pages/compare.ts";
import { homePage } from "../pages/home.ts";
import { lessonPages } from "../pages/lessons.ts";
import { listPages } from "../pages/lists.ts";
import { guidePages, referencePages } from "../pages/markdown-pages.ts";
import { rulePage } from "../pages/rule.ts";
import { rulesPage } from "../pages/rules.ts";
import { buildClient } from "./client.ts";
import { writeOffline } from "./offline.ts";

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

/** The parts that take the compiler's time. */
export interface Depth {
  /** The packages whose public names are read. */
  readonly api: readonly string[];
  /** Whether the names in a page's programs get their types. */
  readonly typed: (page: string) => boolean;
}

/** Builds the site into a folder, without the playground. Returns its pages. */
export async function buildSite(folder: string, { api, typed }: Depth): Promise<Page[]> {
  const digits = digitBytes();
  const [assets, pages] = [await buildClient(folder), await allPages(digits, apiOf(api))];
  writeFileSync(path.join(folder, "digits.bin"), digits);
  const documents = new Map<string, string>();
  for (const page of pages) {
    if (documents.has(page.path)) throw new Error(`Two pages are at ${page.path}.`);
    documents.set(page.path, documentOf(page, assets));
  }
  const read = [...documents].flatMap(([at, document]) => (typed(at) ? programsIn(document) : []));
  const known = knownOf([...new Set(read)]);
  for (const [at, document] of documents) {
    mkdirSync(path.join(folder, at), { recursive: true });
    const { document: coloured, types } = typedCode(document, typed(at) ? known : undefined);
    writeFileSync(path.join(folder, at, "index.html"), coloured);
    if (types.length > 0) writeFileSync(path.join(folder, at, TYPES), JSON.stringify(types));
  }
  const sections = pages.flatMap(({ path: at, title }, i) => sectionsOf(i, title, documents.get(at)!)); // each page has one
  writeFileSync(path.join(folder, "sections.json"), JSON.stringify(sections));
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
  writeOffline(folder);
  return pages;
}

/** Asks the compiler about all programs at once. */
function knownOf(programs: readonly string[]): (program: string) => Snippet {
  const snippets = snippetsOf(programs);
  const known = new Map(programs.map((program, i) => [program, snippets[i]!] as const)); // as many
  return (program) => known.get(program)!; // it is one of them
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
