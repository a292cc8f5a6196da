import { OptimizerError } from "@descent/core";
import type { Equations, RuleSpec, Slot } from "@descent/core/adapter";

/** A rule as lines of text, and where each equation stands, so that a complaint can be shown in its place. */
export interface ParsedRule {
  readonly spec: RuleSpec;
  /** Sources of equations with the line (from 0) and column where they begin. */
  readonly equations: readonly { readonly source: string; readonly line: number; readonly column: number }[];
}

/** A complaint about a line (from 0) that is not even of the form `name = …`. */
export class LineError extends OptimizerError {
  readonly line: number;
  constructor(line: number, message: string) {
    super(message);
    this.line = line;
  }
}

const headings = ["options", "state", "inputs", "before", "update", "after", "readout"] as const;
type Heading = (typeof headings)[number];

/**
 * The rule that a text describes: headings (`options`, `state`, `update`, and rarer ones), and under each lines `name = …`. Throws a LineError for any other
 * line; the equations themselves are read when a rule is made of it.
 */
export function parseRule(text: string, identity: Pick<RuleSpec, "id" | "title" | "paper">): ParsedRule {
  const hyper: Record<string, number> = {};
  const state: Record<string, Slot> = {};
  const inputs: Record<string, "tensor" | "model"> = {};
  const blocks: {
    readonly heading: Heading | "phase";
    readonly phase: string;
    readonly lines: Record<string, string>;
  }[] = [];
  const equations: { source: string; line: number; column: number }[] = [];
  const facts: { needs?: "matrix"; layout?: readonly ["out", "in"] | readonly ["in", "out"] } = {};
  let heading: Heading | "phase" | undefined;
  for (const [line, raw] of text.split("\n").entries()) {
    const bare = raw.replace(/\/\/.*$/, "");
    const trimmed = bare.trim();
    if (trimmed === "") continue;
    const word = /^(phase)\s+([A-Za-z]\w*)$/.exec(trimmed);
    if (trimmed === "needs matrix") facts.needs = "matrix";
    else if (trimmed === "rows are outputs") facts.layout = ["out", "in"];
    else if (trimmed === "rows are inputs") facts.layout = ["in", "out"];
    else if (word || headings.some((one) => one === trimmed)) {
      heading = word ? "phase" : (trimmed as Heading);
      if (!["options", "state", "inputs"].includes(heading))
        blocks.push({ heading, phase: word?.[2] ?? "", lines: {} });
    } else {
      const at = bare.indexOf("=");
      const guard = /^when\s+(.+)$/.exec(trimmed);
      if (heading === undefined)
        throw new LineError(line, `Begin with a heading: options, state or update; got \`${trimmed.slice(0, 40)}\`.`);
      const name = guard ? "when" : bare.slice(0, at).trim();
      const value = guard ? guard[1]! : bare.slice(at + 1).trim();
      if (!guard && (at < 0 || name === "" || value === "" || /[\s=<>!]/.test(name)))
        throw new LineError(line, `Write \`name = …\`; got \`${trimmed.slice(0, 60)}\`.`);
      const block = blocks.at(-1);
      if (heading === "options") once(line, hyper, name, numberOf(line, name, value));
      else if (heading === "state") once(line, state, name, slotOf(line, value));
      else if (heading === "inputs") once(line, inputs, name, inputOf(line, name, value));
      else if (block) {
        once(line, block.lines, name, value);
        equations.push({ source: value, line, column: bare.indexOf(value, guard ? bare.indexOf("when") + 4 : at + 1) });
      }
    }
  }
  const of = (wanted: Heading): Equations[] => blocks.filter((b) => b.heading === wanted).map(({ lines }) => lines);
  const [update, second] = of("update");
  if (!update)
    throw new LineError(0, "There is no heading `update`. Under it stand the equations, the one for `p` last.");
  if (second)
    throw new LineError(0, "There are two headings `update`. Put equations that run before it under `before`.");
  const phases = Object.fromEntries(
    blocks.filter((b) => b.heading === "phase").map(({ phase, lines }) => [phase, lines]),
  );
  const [readout] = of("readout");
  const spec: RuleSpec = {
    ...identity,
    hyper,
    state,
    ...(Object.keys(inputs).length > 0 ? { inputs } : {}),
    ...(of("before").length > 0 ? { before: of("before") } : {}),
    update,
    ...(of("after").length > 0 ? { after: of("after") } : {}),
    ...(Object.keys(phases).length > 0 ? { phases } : {}),
    ...(readout ? { readout: readout as { p: string } } : {}), // which `rule` checks
    ...facts,
  };
  return { spec, equations };
}

function once<V>(line: number, into: Record<string, V>, name: string, value: V): void {
  if (Object.hasOwn(into, name))
    throw new LineError(line, `\`${name}\` stands here twice. Under \`before\` it may stand once more.`);
  if (name === "__proto__") throw new LineError(line, "Nothing can be called `__proto__`.");
  into[name] = value;
}

function numberOf(line: number, name: string, value: string): number {
  const number = Number(value);
  if (!Number.isFinite(number))
    throw new LineError(line, `The default of \`${name}\` is \`${value.slice(0, 40)}\`. Give it a number.`);
  return number;
}

function inputOf(line: number, name: string, value: string): "tensor" | "model" {
  if (value === "tensor" || value === "model") return value;
  throw new LineError(
    line,
    `The input \`${name}\` is \`${value.slice(0, 40)}\`. Write tensor, or model for one number.`,
  );
}

/** `0`, `initial`, `0 per row`, `eye per rows by rows basis`. */
function slotOf(line: number, value: string): Slot {
  const found = /^(\S+)(?:\s+per\s+(\S+)(?:\s+by\s+(\S+))?)?(\s+basis)?$/.exec(value);
  if (!found)
    throw new LineError(
      line,
      `Write what a state starts as: \`m = 0\`, or \`r = 0 per row\`; got \`${value.slice(0, 40)}\`.`,
    );
  const [, start = "0", place, cols, basis] = found;
  const init = Number.isFinite(Number(start)) ? Number(start) : start;
  if (place === undefined && basis === undefined) return init;
  const side = (s: string): string | number => (Number.isFinite(Number(s)) ? Number(s) : s);
  return {
    ...(place === undefined ? {} : { place: cols === undefined ? (place as "row") : [side(place), side(cols)] }), // which `rule` checks
    init,
    ...(basis === undefined ? {} : { basis: true }),
  };
}

/** A rule as text that `parseRule` reads, or why it cannot be one. */
export function printRule(spec: RuleSpec): { readonly text: string } | { readonly because: string } {
  if (Object.keys(spec.macros ?? {}).length > 0)
    return {
      because: `${spec.title} contains loops over matrices, which are written in TypeScript. It can race, but not be edited as text.`,
    };
  if (spec.blocks)
    return {
      because: `${spec.title} steps blocks of rows, such as heads of attention. It can race, but not be edited as text.`,
    };
  const lines: string[] = [];
  const section = (name: string, entries: readonly (readonly [string, string])[]): void => {
    lines.push(name, ...entries.map(([left, right]) => (left === "when" ? `  when ${right}` : `  ${left} = ${right}`)));
  };
  if (spec.needs) lines.push("needs matrix");
  if (spec.layout) lines.push(`rows are ${spec.layout[0]}puts`);
  section(
    "options",
    Object.entries(spec.hyper).map(([name, value]) => [name, String(value)]),
  );
  if (Object.keys(spec.state).length > 0)
    section(
      "state",
      Object.entries(spec.state).map(([name, slot]) => [name, slotText(slot)]),
    );
  if (spec.inputs) section("inputs", Object.entries(spec.inputs));
  for (const [name, equations] of Object.entries(spec.phases ?? {})) section(`phase ${name}`, ordered(equations));
  for (const equations of spec.before ?? []) section("before", ordered(equations));
  section("update", ordered(spec.update));
  for (const equations of spec.after ?? []) section("after", ordered(equations));
  if (spec.readout) section("readout", Object.entries(spec.readout));
  return { text: `${lines.join("\n")}\n` };
}

/** The order in which equations run: `p` last, the guard first. */
const ordered = (equations: Equations): [string, string][] => {
  const lines = Object.entries(equations);
  const rank = ([name]: readonly [string, string]): number => (name === "when" ? 0 : name === "p" ? 2 : 1);
  return lines.sort((a, b) => rank(a) - rank(b));
};

function slotText(slot: Slot): string {
  if (typeof slot !== "object") return String(slot);
  const { place, init, basis } = slot;
  const per =
    place === undefined ? "" : typeof place === "string" ? ` per ${place}` : ` per ${place[0]} by ${place[1]}`;
  return `${init}${per}${basis ? " basis" : ""}`;
}
