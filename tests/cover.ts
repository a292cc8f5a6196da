import type { AnyRule } from "@descent/conformance";
import { isReduction, type Program, topological, trace } from "@descent/core/graph";

const matrix = { rows: 3, cols: 7 };

/** The programs of a rule's steps: one for each phase of a round. */
export const programsOf = (rule: AnyRule): Program[] =>
  [...Object.keys(rule.phases ?? {}), undefined].map((phase) => trace(rule, matrix, undefined, phase));

/** The values that a device computes in a step, each once. */
const computed = (program: Program) =>
  topological(Object.values(program.outputs)).filter(({ op, place }) => op !== "var" && place !== "host");

/** All that a rule asks of a backend: operations on the device, places and starts of state, and words around its equations. */
export function wordsOf(rule: AnyRule): ReadonlySet<string> {
  const words = new Set<string>();
  for (const program of programsOf(rule)) {
    for (const e of computed(program)) words.add(isReduction(e) ? `${e.op} over a ${e.value}` : e.op);
    for (const { distribution } of program.draws) words.add(`${distribution}()`);
    for (const { place, init, matrix: own } of Object.values(program.slots)) {
      words.add(`state by ${own ? "sizes of its own" : place}`);
      words.add(`starts as ${typeof init === "number" || init in rule.hyper ? "a number" : init}`);
    }
    if (program.conditions.length > 0) words.add("when");
  }
  for (const place of Object.values(rule.inputs ?? {})) words.add(`inputs by ${place}`);
  for (const side of Object.keys(rule.blocks ?? {})) words.add(`blocks by ${side}`);
  for (const word of ["phases", "readout", "layout", "needs"] as const) if (rule[word] !== undefined) words.add(word);
  return words;
}

/** As many operations take as long to compile as what every rule takes. */
const OPERATIONS = 20;

/**
 * Few of these rules that ask all that they ask together: always the one of which a word costs least, among the words that none
 * before it has. Those of `avoid` are taken for words that no other has.
 */
export function cover(rules: ReadonlyMap<string, AnyRule>, avoid: ReadonlySet<string> = new Set()): string[] {
  const all = [...rules].map(([name, rule]) => {
    const operations = programsOf(rule).reduce((sum, program) => sum + computed(program).length, 0);
    return { name, words: wordsOf(rule), cost: OPERATIONS + operations };
  });
  const left = new Set(all.flatMap(({ words }) => [...words]));
  const chosen: string[] = [];
  for (const pool of [all.filter(({ name }) => !avoid.has(name)), all]) {
    for (;;) {
      const worth = ({ words, cost }: (typeof all)[number]): number =>
        [...words].filter((word) => left.has(word)).length / cost;
      const [best] = pool.filter((one) => worth(one) > 0).sort((a, b) => worth(b) - worth(a));
      if (best === undefined) break;
      for (const word of best.words) left.delete(word);
      chosen.push(best.name);
    }
  }
  return chosen;
}
