import { everyBlock, phasesOf } from "./blocks.ts";
import { distributions } from "./draws.ts";
import { isCallback, isRecord, list, OptimizerError, shown } from "./errors.ts";
import { facts } from "./expr.ts";
import { functions } from "./functions.ts";
import { checkNumber } from "./hyper.ts";
import { meant } from "./options.ts";
import { isName } from "./parse.ts";
import { type Equations, places, type RuleSpec, starts } from "./spec.ts";
import { MODEL } from "./state.ts";

/* What is refused of a rule when it is defined. */

/** Characters of all equations together: a rule may come from anybody, and all of it is read at once. */
const LONGEST = 100_000;

const ID = /^(?:[a-z0-9]+(?:-[a-z0-9]+)*\/)?[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;

/** Throws if `id` cannot name a rule in a file. */
export function checkId(id: unknown): asserts id is string {
  if (typeof id !== "string" || id.length > 80 || !ID.test(id))
    throw new OptimizerError(
      `A rule's \`id\` is ${shown(id)}. Give it a name in kebab case, such as "rmsprop-centered"; outside Descent with a scope: "acme/lion".`,
    );
}

/** Throws unless these are equations: text by symbol. `where` names the rule or call. */
export function checkEquations(where: string, equations: unknown): asserts equations is Equations {
  if (!isRecord(equations))
    throw new OptimizerError(`${where} takes equations by symbol: { p: "p - lr * g" }; got ${shown(equations)}.`);
  for (const [name, source] of Object.entries(equations)) {
    checkName(where, name);
    if (typeof source !== "string")
      throw new OptimizerError(
        `${where}: the equation for \`${name}\` is ${shown(source)}. Write it as text: "p - lr * g".`,
      );
  }
}

function checkName(where: string, name: string): void {
  if (!isName(name))
    throw new OptimizerError(
      `${where} has the symbol ${shown(name)}. Symbols are a letter and then letters, digits and _, 64 at most.`,
    );
}

/** Throws unless `spec` describes a rule: every part is there and of the right kind. The equations themselves are not read. */
export function checkSpec(spec: unknown): asserts spec is RuleSpec {
  if (!isRecord(spec))
    throw new OptimizerError(
      `\`rule\` takes a description: rule({ id, title, paper, hyper, state, update }); got ${shown(spec)}.`,
    );
  checkId(spec.id);
  refuseFields(`The rule \`${spec.id}\``, spec, FIELDS);
  const bad = (what: string, value: unknown, wanted: string): never => {
    throw new OptimizerError(`The rule \`${spec.id}\`: ${what} is ${shown(value)}. Give it ${wanted}.`);
  };
  for (const key of ["title", "paper"] as const)
    if (typeof spec[key] !== "string" || (key === "title" && spec[key] === "")) bad(`\`${key}\``, spec[key], "a text");
  const { hyper, ranges = {}, state, inputs = {}, macros = {}, update } = spec;
  if (!isRecord(hyper)) return bad("`hyper`", hyper, "the options and their defaults: { lr: 1e-3 }");
  if (!isRecord(ranges)) return bad("`ranges`", ranges, "ranges by option: { beta4: [0, 1] }");
  for (const [name, range] of Object.entries(ranges)) {
    if (!Object.hasOwn(hyper, name)) bad(`the option of \`ranges\``, name, `one of ${list(Object.keys(hyper))}`);
    if (!isRange(range))
      bad(`the range of \`${name}\``, range, "the least number and the one it must stay below: [0, 1]");
  }
  for (const [name, value] of Object.entries(hyper))
    if (typeof value !== "number") bad(`the default of \`${name}\``, value, "a number");
  if (!isRecord(state)) return bad("`state`", state, "what is remembered and what it starts as: { m: 0 }, or {}");
  if (!isRecord(inputs)) return bad("`inputs`", inputs, 'what is given besides g: { h: "tensor", loss: "model" }');
  for (const [name, place] of Object.entries(inputs))
    if (place !== "tensor" && place !== "model") bad(`the input \`${name}\``, place, '"tensor" or "model"');
  for (const name of [hyper, state, inputs, macros].flatMap((part) => (isRecord(part) ? Object.keys(part) : [])))
    checkName(`The rule \`${spec.id}\``, name);
  for (const [name, slot] of Object.entries(state)) {
    const wrong = wrongInSlot(slot, hyper);
    if (wrong) bad(`${wrong.what}the state \`${name}\``, wrong.value, wrong.wanted);
    if (isRecord(slot))
      refuseFields(`The rule \`${spec.id}\`: the state \`${name}\``, slot, ["place", "init", "basis"]);
  }
  if (!isRecord(macros)) return bad("`macros`", macros, "functions by name");
  for (const [name, macro] of Object.entries(macros))
    if (!isCallback(macro)) bad(`the macro \`${name}\``, macro, "a function (matrix, ...expressions) => expression");
  checkEquations(`The rule \`${spec.id}\``, update);
  for (const key of ["before", "after"] as const) {
    const { [key]: list = [] } = spec;
    if (!Array.isArray(list)) return bad(`\`${key}\``, list, "a list of equations: [{ g: … }]");
    for (const equations of list) checkEquations(`The rule \`${spec.id}\`, in \`${key}\`,`, equations);
  }
  const { phases = {}, readout, layout, needs, blocks } = spec;
  const sides = Array.isArray(layout) ? layout : [];
  if (layout !== undefined && !(sides.length === 2 && sides.includes("out") && sides.includes("in")))
    bad("`layout`", layout, 'what rows and columns are: ["out", "in"] or ["in", "out"]');
  if (needs !== undefined && needs !== "matrix") bad("`needs`", needs, '"matrix", or leave it out');
  if (blocks !== undefined && !isBlocks(blocks, hyper))
    bad(
      "`blocks`",
      blocks,
      'how many blocks of rows there are, { rows: "heads" }, or how large blocks are at most, { size: "blockSize" }: a number or an option',
    );
  if (!isRecord(phases)) return bad("`phases`", phases, "equations by phase: { climb: { p: … } }");
  for (const [name, equations] of Object.entries(phases)) {
    checkName(`The rule \`${spec.id}\`, in \`phases\`,`, name);
    if (phasesOf({}).includes(name)) bad("a phase before `update`", name, "another name");
    checkEquations(`The rule \`${spec.id}\`, in the phase \`${name}\`,`, equations);
  }
  if (readout !== undefined) {
    checkEquations(`The rule \`${spec.id}\`, in \`readout\`,`, readout);
    if (Object.keys(readout).join() !== "p") bad("`readout`", readout, 'the parameter to evaluate with: { p: "x" }');
  }
  const length = everyBlock(spec as unknown as RuleSpec)
    .flatMap(({ when = "", lines }) => [["", when] as const, ...lines])
    .reduce((n, [a, b]) => n + a.length + b.length, 0);
  if (length > LONGEST)
    throw new OptimizerError(
      `The rule \`${spec.id}\` has equations of ${length} characters in all; the limit is ${LONGEST}.`,
    );
}

/** Throws if a default is not what its option may be. */
export function checkDefaults(spec: RuleSpec): void {
  for (const [name, value] of Object.entries(spec.hyper)) checkNumber(spec, name, value, " by default");
}

const isRange = (range: unknown): boolean =>
  Array.isArray(range) && range.length === 2 && typeof range[0] === "number" && range[0] < range[1];

const isBlocks = (blocks: unknown, hyper: Readonly<Record<string, unknown>>): boolean =>
  isRecord(blocks) &&
  ["rows", "size"].includes(Object.keys(blocks).join()) &&
  Object.values(blocks).every((side) =>
    typeof side === "number"
      ? Number.isSafeInteger(side) && side > 0
      : typeof side === "string" && Object.hasOwn(hyper, side),
  );

const STARTS = `a finite number, the name of an option, ${list(starts)}`;
const PLACES = `${list(places)}, or two sides, each \`rows\`, \`cols\`, a number above 0 or an option`;

/** A wrong part of a state's description, as the end of a sentence that begins with it. */
interface Wrong {
  readonly what: "" | "the start of " | "the place of " | "a side of " | "`basis` of ";
  readonly value: unknown;
  readonly wanted: string;
}

function wrongInSlot(slot: unknown, hyper: Readonly<Record<string, unknown>>): Wrong | undefined {
  const isInit = (init: unknown): boolean => Number.isFinite(init) || typeof init === "string";
  const isSide = (side: unknown): boolean =>
    typeof side === "number"
      ? side > 0 && side < Infinity
      : typeof side === "string" && (side === "rows" || side === "cols" || Object.hasOwn(hyper, side));
  if (isInit(slot)) return undefined;
  if (!isRecord(slot))
    return { what: "", value: slot, wanted: `${STARTS}, or { place, init } with a place among ${PLACES}` };
  const { place, init, basis } = slot;
  if (!isInit(init)) return { what: "the start of ", value: init, wanted: STARTS };
  const two = Array.isArray(place) && place.length === 2 ? (place as readonly unknown[]) : undefined;
  const side = two?.find((one) => !isSide(one));
  if (two && !two.every(isSide))
    return { what: "a side of ", value: side, wanted: "`rows`, `cols`, a number above 0 or an option" };
  if (!two && place !== undefined && !places.some((one) => one === place))
    return { what: "the place of ", value: place, wanted: PLACES };
  if (basis !== undefined && typeof basis !== "boolean")
    return { what: "`basis` of ", value: basis, wanted: "true or false" };
  return undefined;
}

/** All parts of a rule. */
const FIELDS = [
  ...["id", "title", "paper", "hyper", "ranges", "state", "inputs", "macros", "update", "before", "after"],
  ...["phases", "layout", "blocks", "needs", "readout"],
];

/** Throws if there is something that would be ignored. */
export function refuseFields(what: string, given: object, fields: readonly string[]): void {
  const field = Object.keys(given).find((one) => !fields.includes(one));
  if (field !== undefined)
    throw new OptimizerError(
      `${what} has \`${field}\`, which means nothing there; there are ${list(fields)}.${meant(field, fields)}`,
    );
}

/** Names an author may not give to a hyper-parameter, slot or macro. */
export function checkNames(spec: RuleSpec): void {
  const taken = new Set<string>([
    "p",
    "p0",
    "g",
    "when",
    ...distributions,
    MODEL,
    ...starts,
    ...facts,
    ...functions.keys(),
  ]);
  const twice = [
    ...Object.keys(spec.hyper),
    ...Object.keys(spec.state),
    ...Object.keys(spec.inputs ?? {}),
    ...Object.keys(spec.macros ?? {}),
  ].filter((name) => taken.has(name) || !taken.add(name));
  if (twice.length > 0)
    throw new OptimizerError(`${spec.title}: ${list(twice)} named twice, or the name of something built in. Rename.`);
}
