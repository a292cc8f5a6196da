import { type Configured, OptimizerError, type Parameter, type StateDict } from "@descent/core";
import {
  isFloat32Array,
  isRecord,
  knownOptions,
  type Leaf,
  Loop,
  list,
  mapLeaves,
  matrix,
  referenceBackend,
  shown,
  size,
  slotKey,
  suggestion,
  takes,
} from "@descent/core/adapter";
import type { Weights } from "../model.ts";
import { type Box, type Known, type Line, substituted, textOf } from "./box.ts";
import { type Probe, type Probed, probed } from "./probes.ts";

/** Options of `explainer`. */
export interface ExplainerOptions {
  /** The parameters as they are before the update: arrays, or { data, shape, role, axes }. They are copied. */
  readonly parameters: Readonly<
    Record<string, Float32Array | ({ readonly data: Float32Array } & Omit<Parameter, "name">)>
  >;
  /** The `state()` of any backend before the update; nothing before the first. */
  readonly state?: StateDict | undefined;
}

/** The first value that is not finite. */
export interface NonFinite {
  /** The parameter's name. */
  readonly parameter: string;
  /** The element, counted as it lies in the array. */
  readonly index: number;
  /** As the equations call it. */
  readonly symbol: string;
  /** Its equation; undefined for what the update was given: `p`, `g`, state. */
  readonly equation: string | undefined;
  /** NaN, or an infinity. */
  readonly value: number;
  /** The box of that element. */
  readonly box: Box;
}

/** An update in all its values. */
export interface ExplainedUpdate {
  /** The values of one element, counted row by row. */
  box(parameter: string, index: number): Box;
  /** The first value that is not finite: of what was given, else of the equations in their order. */
  firstNonFinite(): NonFinite | undefined;
}

/** An optimizer that tells every value. */
export interface Explainer {
  /** One update, or one phase of a round, by gradients and inputs as any backend takes them. */
  update(gradients: Weights, inputs?: Readonly<Record<string, unknown>>): ExplainedUpdate;
  /** The parameters after the updates so far. */
  weights(): Weights;
  /** Whether a round of several phases is under way. */
  readonly midRound: boolean;
}

/**
 * Carries out updates slowly and tells the value of every symbol of the rule in every element: state and weights come from any
 * backend, and the values are those of a plain interpreter of the equations, element by element in single precision.
 *
 * Throws an OptimizerError for a state or gradients that do not fit.
 */
export function explainer(configured: Configured, options: ExplainerOptions): Explainer {
  const { parameters, state } = knownOptions("explainer", options, ["parameters", "state"]);
  takes("explainer", "parameters by name", parameters, isRecord(parameters));
  const all = Object.entries(parameters).map(([name, given]) => {
    const one = isFloat32Array(given) ? { data: given, shape: [given.length] } : given;
    takes(`explainer, \`${name}\``, "a Float32Array, or { data, shape }", given, isRecord(one) && isFloat32Array(one.data) && Array.isArray(one.shape) && size(one.shape) === one.data.length); // biome-ignore format: one condition
    const { data, ...rest } = one;
    return { parameter: { name, ...rest } as Parameter, data: data.slice() };
  });
  const plain = new Loop(referenceBackend, configured);
  plain.add(all.map(({ parameter }) => parameter)); // refuses what does not fit, in the usual words
  const { groups, parameters: known } = plain.inspect();
  const probes = new Map<Leaf, Map<string, Probed>>();
  const bySize = new Map<string, Probed>();
  const first = new Map<Leaf, Probed>();
  for (const { parameter } of all) {
    const leaf = leafOf(configured, known[parameter.name]!.group);
    if (leaf === undefined) continue;
    const { rows, cols } = matrix(parameter);
    const sizes = probes.get(leaf) ?? new Map<string, Probed>();
    probes.set(leaf, sizes);
    const key = `${rows} ${cols}`;
    const made = sizes.get(key) ?? probed(leaf, { rows, cols });
    sizes.set(key, made);
    // One rule serves all sizes of a group: the probes that all of them allow.
    const least = first.get(leaf);
    if (least === undefined || made.slots.length < least.slots.length) first.set(leaf, made);
    bySize.set(parameter.name, made);
  }
  const told = (name: string): Probed => first.get(leafOf(configured, known[name]!.group)!)!; // not frozen
  const steered = new Set(Object.keys(known).filter((name) => known[name]!.group !== undefined));
  const loop = new Loop(referenceBackend, mapLeaves(configured, (leaf) => ({ ...leaf, rule: (first.get(leaf)?.rule ?? leaf.rule) as Leaf["rule"] }))); // biome-ignore format: one expression
  loop.add(all.map(({ parameter }) => parameter));
  if (state !== undefined) loop.load(widened(checkState(state), steered, told), (tensor, data) => tensor.set(data));
  const data = Object.fromEntries(all.map(({ parameter, data }) => [parameter.name, data]));
  return {
    get midRound() {
      return loop.inspect().midRound;
    },
    weights: () => Object.fromEntries(Object.entries(data).map(([name, one]) => [name, one.slice()])),
    update(gradients, inputs = {}) {
      takes("update", "gradients by name", gradients, isRecord(gradients));
      for (const [name, g] of Object.entries(gradients)) {
        if (data[name] === undefined)
          throw new OptimizerError(
            `\`update\`: there is no parameter \`${name}\`.${suggestion(name, Object.keys(data))}`,
          );
        if (!isFloat32Array(g) || g.length !== data[name].length)
          throw new OptimizerError(`\`update\`: \`${name}\` has ${data[name].length} numbers; got ${shown(g)}.`);
      }
      const { phase, groups: now } = loop.inspect();
      const { tensors, numbers } = loop.given<Readonly<Record<string, Float32Array>>>(inputs as never);
      const shares = Object.entries(gradients).map(([name, g]) => {
        const more = tensors.flatMap(([input, of]) => (of[name] ? [[input, of[name]] as const] : []));
        return [name, { p: data[name]!, inputs: { g: g.slice(), ...Object.fromEntries(more) } }] as const;
      });
      loop.update(Object.fromEntries(shares), numbers);
      const { parameters: after } = loop.inspect();
      const kept = new Map(loop.slots().map(({ key, tensor }) => [key, tensor.slice()]));
      const hosts = loop.meta().parameters;
      const value = (name: string, slot: string, index: number): number | undefined =>
        hosts[name]?.host?.[slot] ?? kept.get(slotKey(slot, name))?.[index];
      const box = (name: string, index: number): Box => {
        takes("box", "the name of a parameter", name, typeof name === "string");
        const length = Object.hasOwn(data, name) ? data[name]!.length : undefined;
        if (length === undefined)
          throw new OptimizerError(`There is no parameter \`${name}\`.${suggestion(name, Object.keys(data)) || ` There are ${list(Object.keys(data).slice(0, 20))}.`}`); // biome-ignore format: one text
        if (!Number.isInteger(index) || index < 0 || index >= length)
          throw new OptimizerError(`\`${name}\` has the elements 0 to ${length - 1}; got ${shown(index)}.`);
        const { group } = known[name]!;
        if (group === undefined) throw new OptimizerError(`\`${name}\` is frozen: no rule updates it.`);
        if (!Object.hasOwn(gradients, name))
          throw new OptimizerError(`\`${name}\` had no gradient in this update, so nothing happened to it.`);
        const own = told(name).probes.filter((probe) => probe.phase === phase);
        const { rows, cols } = matrix({ name, shape: known[name]!.shape });
        const facts = {
          ...now[group]!.hyper,
          t: after[name]!.t + (phase === "update" ? 0 : 1),
          rows,
          cols,
          size: length,
          ndim: known[name]!.shape.length,
          decays: +known[name]!.decays,
        };
        const made = written(own, told(name).rule, facts, (slot) => value(name, slot, index));
        const content = { rule: groups[group]!.rule, phase, parameter: name, index, t: facts.t, ...made };
        return { ...content, toString: () => textOf(content) };
      };
      const firstNonFinite = (): NonFinite | undefined => {
        const names = Object.keys(gradients).filter((name) => known[name]!.group !== undefined);
        const depth = Math.max(0, ...names.map((name) => told(name).probes.length));
        for (const given of [true, false])
          for (let k = 0; k < depth; k++)
            for (const name of names) {
              const probe = told(name).probes[k];
              if (probe?.phase !== phase || (probe.source === undefined) !== given) continue;
              const index = oddPlace(hosts[name]?.host?.[probe.slot], kept.get(slotKey(probe.slot, name)));
              if (index === undefined) continue;
              const { symbol, source } = probe;
              return { parameter: name, index, symbol, equation: source, value: value(name, probe.slot, index)!, box: box(name, index) }; // biome-ignore format: one line
            }
        return undefined;
      };
      return { box, firstNonFinite };
    },
  };
}

/** The place of the first number that is not finite. */
function oddPlace(host: number | undefined, data: Float32Array | undefined): number | undefined {
  if (host !== undefined) return Number.isFinite(host) ? undefined : 0;
  const at = data?.findIndex((x) => !Number.isFinite(x)) ?? -1;
  return at < 0 ? undefined : at;
}

/** The values before the update, and the lines with theirs. */
function written(
  probes: readonly Probe[],
  { hyper, macros = {} }: Probed["rule"],
  facts: Readonly<Record<string, number>>,
  value: (slot: string) => number | undefined,
): Pick<Box, "given" | "lines"> {
  const values = new Map<string, number>(Object.entries(facts));
  const given: Known[] = [];
  const lines: Line[] = [];
  const read = new Set(
    probes.flatMap(({ source = "", when }) => `${source} ${when?.source ?? ""}`.match(/[A-Za-z_][\w.]*/g) ?? []),
  );
  for (const { slot, symbol, source, when } of probes) {
    const now = value(slot);
    if (now === undefined) continue;
    if (source === undefined) {
      values.set(symbol, now);
      if (read.has(symbol)) given.push({ symbol, value: now });
      continue;
    }
    const ran = when === undefined || value(when.slot) === 1;
    const before = values.get(symbol);
    const result = ran ? now : (before ?? Number.NaN);
    const numbers = substituted(source, values, Object.keys(macros));
    lines.push({ symbol, equation: source, numbers, value: result, when: when?.source, ran });
    values.set(symbol, result);
    if (symbol === "p" && !values.has("p0")) values.set("p0", before ?? Number.NaN);
  }
  for (const name of [...Object.keys(hyper), "t"])
    if (read.has(name)) given.push({ symbol: name, value: facts[name]! }); // options and a fact
  return { given, lines };
}

/** The leaf of a group by its label; undefined for frozen parameters. */
function leafOf(configured: Configured, label: string | undefined): Leaf | undefined {
  if (label === undefined || configured.kind === "frozen") return undefined;
  if (configured.kind === "rule") return configured;
  const [own] = Object.keys(configured.groups)
    .filter((one) => label === one || label.startsWith(`${one}/`))
    .sort((a, b) => b.length - a.length);
  return own === undefined ? undefined : leafOf(configured.groups[own]!, label.slice(own.length + 1));
}

function checkState(state: StateDict): StateDict {
  const fits = isRecord(state) && isRecord(state.tensors) && isRecord(state.meta) && isRecord(state.meta.parameters);
  takes("explainer", "what state() returned", state, fits);
  return state;
}

/** A state with the slots of probes, which no saved state has. */
function widened(state: StateDict, names: ReadonlySet<string>, told: (name: string) => Probed): StateDict {
  const tensors = { ...state.tensors };
  const parameters = Object.fromEntries(
    Object.entries(state.meta.parameters).map(([name, saved]) => {
      if (!names.has(name)) return [name, saved]; // the load says so
      const { slots, host } = told(name);
      const own = slots.filter((slot) => host.has(slot));
      for (const slot of slots)
        if (!host.has(slot))
          tensors[slotKey(slot, name)] = { shape: saved.shape, data: new Float32Array(size(saved.shape)) };
      return [name, own.length === 0 ? saved : { ...saved, host: { ...saved.host, ...Object.fromEntries(own.map((slot) => [slot, 0])) } }]; // biome-ignore format: one pair
    }),
  );
  return { ...state, meta: { ...state.meta, parameters }, tensors };
}
