import { posix } from "node:path";
import { rules } from "@descent/catalogue";
import { anchorOf, type Door } from "../facts/api.ts";
import { convergence } from "../facts/convergence.ts";
import { inWords, otherLibraries, titleOf } from "../facts/counts.ts";
import { type Guide, guideGroups, guides, markdownOf } from "../facts/guides.ts";
import { descriptionOf, folders, textOf } from "../facts/packages.ts";
import { Html, html } from "../html/html.ts";
import { trail } from "../html/layout.ts";
import { markdown } from "../html/markdown.ts";
import type { Page, To } from "../html/page.ts";
import { apiSection, doorAnchor } from "./api.ts";

/** The page that shows a file or folder of the repository, if one does. */
const shownAt = new Map<string, string>([
  ...folders.flatMap((folder) => {
    const at = `reference/${folder}/`;
    return [[`packages/${folder}`, at], [`packages/${folder}/README.md`, at]] as const; // biome-ignore format: one line
  }),
  ...guides.map(({ file, path }) => [file, path] as const),
  ["COMPARISON.md", "guides/which-library/"],
  ["bench/CONVERGENCE.md", "benchmarks/convergence/"],
  ["bench/FAIR.md", "benchmarks/equal-effort/"],
  ["bench/RESULTS.md", "benchmarks/speed/"],
  ["bench/README.md", "benchmarks/"],
  ["apps/playground", "playground/"],
]);

/** Where a link within a file of the repository leads on the site. */
const addressIn =
  (file: string, to: To) =>
  (href: string): string | undefined => {
    const [place = "", hash] = href.split("#");
    const target = posix.normalize(posix.join(posix.dirname(file), decodeURIComponent(place))).replace(/\/$/, "");
    if (target.endsWith("/RULES.md")) {
      const rule = rules.find(({ name }) => name.toLowerCase() === hash);
      return rule ? to(`rules/${rule.id}/`) : to(`rules/#${target.split("/")[1]}`);
    }
    const at = shownAt.get(target);
    return at === undefined ? undefined : to(at) + (hash === undefined ? "" : `#${hash}`);
  };

/** Prose of a file of the repository. */
const proseOf = (text: string, file: string, to: To): Html =>
  html`<div class="prose">${markdown(text, addressIn(file, to))}</div>`;

/** Where a long page's headings are, beside it; nothing where there are fewer than three. Paired code needs the room itself. */
function contents({ text }: Html, doors: readonly Door[] = []): Html {
  const headings = text.includes('class="pairs"')
    ? []
    : [...text.matchAll(/<h2[^>]* id="([^"]*)"[^>]*>([\s\S]*?)<\/h2>/g)].map(
        ([, id = "", inside = ""]) =>
          html`<li><a href="#${id}">${new Html(inside.replaceAll(/<\/?a[^>]*>/g, ""))}</a></li>`,
      );
  const names = doors
    .filter(({ exports }) => exports.length > 0)
    .map(
      ({ name: door, exports }) =>
        html`<li><a href="#${doorAnchor(door)}">${door}</a><ul>${exports.map(({ name }) => html`<li><a href="#${anchorOf(door, name)}">${name}</a></li>`)}</ul></li>`,
    );
  const all = [...headings, ...names];
  return all.length < 3 && names.length === 0
    ? html``
    : html`<nav class="contents" aria-label="On this page"><p>On this page</p><ul>${all}</ul></nav>`;
}

const plain = (
  path: string,
  title: string,
  description: string,
  part: Page["part"],
  file: string,
  text: string,
): Page => ({
  path,
  title,
  description,
  part,
  words: file,
  wide: true,
  body: (to) => {
    const body = proseOf(text.replace(/^# .*\n/, ""), file, to);
    return html`<div class="page"><header class="masthead">${trail(part === "guides" ? ["Guides", to("guides/")] : ["Reference", to("reference/")])}<h1>${title}</h1><p class="lede">${description}</p></header>${contents(body)}${body}</div>`;
  },
});

const inLibraries = `Every rule, and its name in ${inWords(otherLibraries)} other libraries.`;

const guidePage = (one: Guide): Page =>
  plain(one.path, one.title, one.description, "guides", one.file, markdownOf(one));

const guideList: Page = {
  path: "guides/",
  title: "Guides",
  description: "From your first update to your own backend.",
  part: "guides",
  body: (
    to,
  ) => html`<header class="masthead"><h1>Guides</h1><p class="lede">From your first update to your own backend. Every block of TypeScript in them runs in a test.</p></header>
${guideGroups.map(
  ({ title, guides: own }) =>
    html`<section class="family"><h2 class="section-title">${title}</h2><ul class="cards">${own.map((one) => html`<li><a href="${to(one.path)}"><strong>${one.title}</strong></a><p>${one.description}</p></li>`)}</ul></section>`,
)}<section class="family"><h2 class="section-title">Choose</h2><ul class="cards"><li><a href="${to("which/")}"><strong>Which one?</strong></a><p>Rules by what you need of them.</p></li><li><a href="${to("guides/which-library/")}"><strong>Which library has which rule</strong></a><p>${inLibraries}</p></li></ul></section>`,
};

/** The guides, with their list first. */
export const guidePages: readonly Page[] = [
  guideList,
  ...guides.map(guidePage),
  plain(
    "guides/which-library/",
    "Which library has which rule",
    inLibraries,
    "guides",
    "COMPARISON.md",
    textOf("COMPARISON.md"),
  ),
];

const isGuide = (file: string): boolean => guides.some((one) => one.file === file);

/** A page for each package, and benchmarks. `api` has the public names of those that were read. */
export function referencePages(api: ReadonlyMap<string, readonly Door[]>): Page[] {
  const doorsOf = (folder: string): readonly Door[] => api.get(folder) ?? [];
  const ofPackages = folders.map((folder): Page => {
    const file = `packages/${folder}/README.md`;
    return {
      path: `reference/${folder}/`,
      title: `@descent/${folder}`,
      description: descriptionOf(folder),
      part: "reference",
      wide: true,
      words: [folder, ...doorsOf(folder).flatMap(({ exports }) => exports.map(({ name }) => name))].join(" "),
      body: (to) =>
        html`<div class="page">${contents(isGuide(file) ? html`` : proseOf(textOf(file), file, to), doorsOf(folder))}<div>${trail(["Reference", to("reference/")])}${
          isGuide(file)
            ? html`<div class="prose"><h1>@descent/${folder}</h1><p>${descriptionOf(folder)}. <a href="${to(shownAt.get(file) ?? "")}">Its guide</a>.</p></div>`
            : proseOf(textOf(file), file, to)
        }${apiSection(doorsOf(folder), to)}</div></div>`,
    };
  });
  const list: Page = {
    path: "reference/",
    title: "Reference",
    description: `The ${folders.length} packages, and lists of everything beside the rules.`,
    part: "reference",
    body: (to) => html`<header class="masthead"><h1>Reference</h1></header>
<section><h2 class="section-title">Beside the rules</h2><ul class="cards">${beside.map(({ path, title, description }) => html`<li><a href="${to(path)}"><strong>${title}</strong></a><p>${description}</p></li>`)}</ul></section>
<section class="family"><h2 class="section-title">Packages</h2><ul class="cards">${folders.map((folder) => html`<li><a href="${to(`reference/${folder}/`)}"><strong>@descent/${folder}</strong></a><p>${descriptionOf(folder)}</p></li>`)}</ul></section>`,
  };
  return [
    list,
    ...ofPackages,
    plain(
      "benchmarks/",
      "Benchmarks",
      "How speed is measured, and the commands that measure it.",
      "reference",
      "bench/README.md",
      textOf("bench/README.md"),
    ),
    plain(
      "benchmarks/speed/",
      "Speed",
      "Updates per second, beside other libraries.",
      "reference",
      "bench/RESULTS.md",
      textOf("bench/RESULTS.md"),
    ),
    plain(
      "benchmarks/convergence/",
      "Where each rule gets to",
      `Steps to a goal on ${inWords(convergence.problems.length)} problems, for every rule.`,
      "reference",
      "bench/CONVERGENCE.md",
      textOf("bench/CONVERGENCE.md"),
    ),
    plain(
      "benchmarks/equal-effort/",
      titleOf("bench/FAIR.md"),
      "Each with the same search for a rate, on two networks.",
      "reference",
      "bench/FAIR.md",
      textOf("bench/FAIR.md"),
    ),
  ];
}

const beside = [
  {
    path: "transforms/",
    title: "Transforms",
    description: "Around any rule: averages, accumulation, grafting, sharpness, clipping.",
  },
  { path: "schedules/", title: "Schedules", description: "Rates over time." },
  { path: "initializers/", title: "Initializers", description: "Where weights start." },
  {
    path: "regularizers/",
    title: "Regularizers and projections",
    description: "Sets, penalties, proximal steps, data.",
  },
  {
    path: "methods/",
    title: "Methods",
    description: "L-BFGS, Newton and others, which evaluate as often as the data decide.",
  },
  { path: "benchmarks/", title: "Benchmarks", description: "Speed, convergence, and rules with equal effort." },
  { path: "changelog/", title: "Changelog", description: "Changes that a user would notice." },
];
