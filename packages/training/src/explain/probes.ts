import type { Leaf, RuleSpec } from "@descent/core/adapter";
import { type Block, blocksOf, phasesOf, shapes, trace } from "@descent/core/graph";

/* A rule that also keeps the value of every symbol, one slot for each line: tracing and every backend treat those as state. */

/** A slot that keeps the value of a symbol as it was after a line, of a condition, or of a symbol before the update. */
export interface Probe {
  readonly slot: string;
  readonly phase: string;
  readonly symbol: string;
  /** The equation; undefined for values before the first one. */
  readonly source: string | undefined;
  /** The condition under which the line runs, with the slot that keeps whether it holds. */
  readonly when: { readonly source: string; readonly slot: string } | undefined;
}

/** A rule with its probes; `host` are the slots that keep one number in double precision. */
export interface Probed {
  readonly rule: RuleSpec;
  readonly probes: readonly Probe[];
  /** Those that keep whether a condition holds, too. */
  readonly slots: readonly string[];
  readonly host: ReadonlySet<string>;
}

type Equations = RuleSpec["update"];
type Size = { readonly rows: number; readonly cols: number };

/** The rule with a probe behind every line whose value has the shape of the parameter, or is spread over it. */
export function probed({ rule, hyper }: Leaf, matrix: Size): Probed {
  const all = probesOf(rule, new Set());
  const odd = new Set<string>();
  for (;;) {
    const now = odd.size === 0 ? all : probesOf(rule, odd);
    const traced = attempt(now, matrix, hyper);
    if (traced !== undefined) return { ...withPlaces(now, traced), probes: now.probes, slots: now.slots, host: traced };
    // A value of a size of its own, such as a product g @ g', fits no slot: it is found by leaving out one at a time.
    const bad = all.slots
      .filter((slot) => !odd.has(slot))
      .find((slot) => !fitsAlone(rule, all.slots, slot, matrix, hyper));
    if (bad === undefined) throw new Error(`${rule.title} cannot be probed.`);
    odd.add(bad);
  }
}

/** Whether the rule traces with this probe alone. */
const fitsAlone = (rule: RuleSpec, all: readonly string[], slot: string, matrix: Size, hyper: Leaf["hyper"]): boolean =>
  attempt(probesOf(rule, new Set(all.filter((one) => one !== slot))), matrix, hyper) !== undefined;

type Made = Pick<Probed, "rule" | "probes" | "slots">;

/** The slots whose values the host has, if all phases can be traced with probes of one number per element. */
function attempt({ rule, slots }: Made, matrix: Size, hyper: Leaf["hyper"]): ReadonlySet<string> | undefined {
  const host = new Set<string>();
  try {
    for (const phase of phasesOf(rule)) {
      const program = trace(rule, matrix, hyper, phase);
      shapes(program, matrix); // throws for a probe of another size
      const { outputs } = program;
      for (const slot of slots) if (outputs[slot]?.place === "host") host.add(slot);
    }
    trace(withPlaces({ rule, probes: [], slots }, host).rule, matrix, hyper);
    return host;
  } catch {
    return undefined;
  }
}

function withPlaces({ rule, slots }: Made, host: ReadonlySet<string>): { readonly rule: RuleSpec } {
  const places = slots.flatMap((slot) =>
    host.has(slot) ? [[slot, { place: "host" as const, init: 0 }] as const] : [],
  );
  return { rule: { ...rule, state: { ...rule.state, ...Object.fromEntries(places) } } };
}

function probesOf(rule: RuleSpec, without: ReadonlySet<string>): Made {
  const probes: Probe[] = [];
  const slots: string[] = [];
  let count = 0;
  const slot = (): string => `probe_${count++}`;
  const keep = (name: string, into: Record<string, string>, source: string): boolean => {
    if (without.has(name)) return false;
    slots.push(name);
    into[name] = source;
    return true;
  };
  const run = ({ when, lines }: Block, phase: string): Equations[] => {
    const blocks: Equations[] = [];
    let guard: Probe["when"];
    if (when !== undefined) {
      guard = { source: when, slot: slot() };
      const holds: Record<string, string> = {};
      keep(guard.slot, holds, `(${when}) ? 1 : 0`);
      blocks.push(holds);
    }
    const own: Record<string, string> = when === undefined ? {} : { when };
    const last: Record<string, string> = {};
    for (const [symbol, source] of lines) {
      own[symbol] = source;
      const name = slot();
      // The equation for `p` runs last in its block, so its value is kept behind the block.
      if (keep(name, symbol === "p" ? last : own, symbol))
        probes.push({ slot: name, phase, symbol, source, when: guard });
    }
    return [...blocks, own, ...(Object.keys(last).length > 0 ? [last] : [])];
  };
  const first = (phase: string): Equations => {
    const given: Record<string, string> = {};
    for (const symbol of ["p", "g", ...Object.keys(rule.inputs ?? {}), ...Object.keys(rule.state)]) {
      const name = slot();
      if (keep(name, given, symbol)) probes.push({ slot: name, phase, symbol, source: undefined, when: undefined });
    }
    return given;
  };
  const whole = (phase: string): Equations[] => [
    first(phase),
    ...blocksOf(rule, phase).flatMap((block) => run(block, phase)),
  ];
  // Phases are one block each, and have no conditions around them.
  const phases = Object.entries(rule.phases ?? {}).map(
    ([phase]) => [phase, Object.assign({}, ...whole(phase))] as const,
  );
  const before = whole("update");
  const state = Object.fromEntries(slots.map((name) => [name, 0]));
  return {
    rule: {
      ...rule,
      state: { ...rule.state, ...state },
      ...(rule.phases ? { phases: Object.fromEntries(phases) } : {}),
      before,
      update: { p: "p" },
      after: [],
    },
    probes,
    slots,
  };
}
