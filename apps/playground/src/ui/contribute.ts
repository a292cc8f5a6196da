/** A rule's source, the start of its golden, and the command that puts them in place. */
export interface Contribution {
  readonly command: string;
  readonly file: { readonly name: string; readonly text: string };
  readonly golden: string;
}

interface Identity {
  readonly id: string;
  readonly title: string;
  readonly paper: string;
}

interface Section {
  readonly heading: string;
  readonly lines: readonly (readonly [name: string, value: string])[];
}

/** The sections of a text that makes sense. */
function sectionsOf(text: string): Section[] {
  const out: { heading: string; lines: [string, string][] }[] = [];
  for (const raw of text.split("\n")) {
    const line = raw.replace(/\/\/.*$/, "").trim();
    if (line === "") continue;
    const guard = /^when\s+(.+)$/.exec(line);
    const at = line.indexOf("=");
    if (guard) out.at(-1)?.lines.push(["when", guard[1]!]);
    else if (at > 0) out.at(-1)?.lines.push([line.slice(0, at).trim(), line.slice(at + 1).trim()]);
    else out.push({ heading: line, lines: [] });
  }
  return out;
}

const camel = (id: string): string => id.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

/** The value of a state as TypeScript. */
function slot(value: string): string {
  const [, init = "0", place, cols, basis] =
    /^(\S+)(?:\s+per\s+(\S+)(?:\s+by\s+(\S+))?)?(\s+basis)?$/.exec(value) ?? [];
  const side = (s: string): string => (Number.isFinite(Number(s)) ? s : JSON.stringify(s));
  if (place === undefined && basis === undefined) return side(init);
  const where =
    place === undefined
      ? ""
      : `place: ${cols === undefined ? JSON.stringify(place) : `[${side(place)}, ${side(cols)}]`}, `;
  return `{ ${where}init: ${side(init)}${basis ? ", basis: true" : ""} }`;
}

const optionsOf = (sections: readonly Section[]): Section["lines"] =>
  sections.filter(({ heading }) => heading === "options").flatMap(({ lines }) => lines);

/** The call of `rule` that makes the rule of a text that makes sense. */
export function callOf({ id, title, paper }: Identity, text: string): string {
  const sections = sectionsOf(text);
  const of = (heading: string): Section[] => sections.filter((section) => section.heading === heading);
  const record = (lines: Section["lines"], write: (value: string) => string, pad: string): string =>
    lines.length === 0
      ? "{}"
      : `{\n${lines.map(([key, value]) => `${pad}  ${key}: ${write(value)},`).join("\n")}\n${pad}}`;
  const inline = (lines: Section["lines"], write: (value: string) => string): string =>
    lines.length === 0 ? "{}" : `{ ${lines.map(([key, value]) => `${key}: ${write(value)}`).join(", ")} }`;
  const quoted = (value: string): string => JSON.stringify(value);
  const list = (heading: string): string[] =>
    of(heading).length === 0
      ? []
      : [
          `  ${heading}: [${of(heading)
            .map(({ lines }) => record(lines, quoted, "    "))
            .join(", ")}],`,
        ];
  const phases = sections.filter(({ heading }) => heading.startsWith("phase "));
  const rows = sections.find(({ heading }) => heading.startsWith("rows are "));
  return [
    "rule({",
    `  id: ${quoted(id)},`,
    `  title: ${quoted(title)},`,
    `  paper: ${quoted(paper)},`,
    ...(of("needs matrix").length > 0 ? ['  needs: "matrix",'] : []),
    ...(rows ? [`  layout: ${rows.heading === "rows are outputs" ? '["out", "in"]' : '["in", "out"]'},`] : []),
    `  hyper: ${inline(optionsOf(sections), (value) => value)},`,
    `  state: ${inline(
      of("state").flatMap(({ lines }) => lines),
      slot,
    )},`,
    ...(of("inputs").length > 0
      ? [
          `  inputs: ${inline(
            of("inputs").flatMap(({ lines }) => lines),
            quoted,
          )},`,
        ]
      : []),
    ...(phases.length > 0
      ? [
          `  phases: {\n${phases.map(({ heading, lines }) => `    ${heading.slice(6)}: ${record(lines, quoted, "    ")},`).join("\n")}\n  },`,
        ]
      : []),
    ...list("before"),
    `  update: ${record(
      of("update").flatMap(({ lines }) => lines),
      quoted,
      "  ",
    )},`,
    ...list("after"),
    ...(of("readout").length > 0
      ? [
          `  readout: ${inline(
            of("readout").flatMap(({ lines }) => lines),
            quoted,
          )},`,
        ]
      : []),
    "})",
  ].join("\n");
}

/** All that it takes to add a rule to Descent: one file that reads like the paper, and the stub of a golden by other people's code. */
export function contribution(id: string, title: string, text: string): Contribution {
  const name = camel(id);
  const options = optionsOf(sectionsOf(text));
  const own = options.filter(
    ([option]) =>
      !["lr", "beta1", "beta2", "eps", "momentum", "weightDecay", "rho", "decay", "l2", "seed", "initial"].includes(
        option,
      ),
  );
  const file = [
    'import { rule } from "@descent/core";',
    "",
    "/**",
    ` * ${title}: say in one sentence what it changes and why (authors, year).`,
    ...own.map(([option]) => ` * @property ${option} say what it means`),
    " */",
    `export const ${name} = ${callOf({ id, title, paper: "https://" }, text)};`,
    "",
  ].join("\n");
  const python = options.map(([option]) => option).join(", ");
  const golden = [
    `def ${name}(p, gradients, role, ${python}):`,
    '    """The paper\'s box in float64, written from the paper and not from the rule."""',
    "    raise NotImplementedError  # replace by the paper's steps: yield p after each",
    "",
    "",
    "# in goldens():",
    `"${name}": golden(`,
    `    "${name}", "the paper's equations, float64",`,
    `    {DEFAULTS: {}, OPTIONS: {}, TINY: {}},  # rates that move parameters visibly, every option off its default`,
    `    None, ${name}, {${options.map(([option, value]) => `"${option}": ${value}`).join(", ")}},`,
    "),",
    "",
  ].join("\n");
  return {
    command: `npm run new -- FAMILY ${id} --title ${JSON.stringify(title)} --paper https://…`,
    file: { name: `packages/FAMILY/src/${id}.ts`, text: file },
    golden,
  };
}
