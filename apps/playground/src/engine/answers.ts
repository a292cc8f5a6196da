import { load } from "@descent/catalogue";
import { type Configured, clipByGlobalNorm, rule, schedule } from "@descent/core";
import { type RuleSpec, rangeOf } from "@descent/core/adapter";
import { mathml, parse, trace } from "@descent/core/graph";
import { basins, batchNoise, fieldOf, type Run, race, ratesFrom, surface, sweep } from "@descent/viz/races";
import type { CallName, Calls, Complaint, Conditions, Contender, Outcome } from "./messages.ts";
import { type AnyRule, MINE, ruleOf } from "./rule-of.ts";
import { LineError, type ParsedRule, parseRule, printRule } from "./rule-text.ts";
import { batchOf, seenBy } from "./seen.ts";
import { slotsOf } from "./slots.ts";
import { filmOf } from "./swarm.ts";

/** A rule at a rate under the conditions of a race. Without a rate it has its default. */
function configured(
  of: AnyRule,
  lr: number | undefined,
  { noise, clip, schedule: text, steps }: Conditions,
  seed: number,
): Configured {
  const own = Object.hasOwn(of.hyper, "lr");
  const rate = own ? (lr ?? of.hyper.lr!) : undefined;
  const scheduled =
    rate !== undefined && text !== "" ? schedule(`${rate} * (${text})`, /\bsteps\b/.test(text) ? { steps } : {}) : rate;
  const plain = of(scheduled === undefined ? {} : { lr: scheduled });
  const clipped = clip > 0 ? clipByGlobalNorm(plain, clip) : plain;
  return noise > 0 ? batchNoise(clipped, { sigma: noise, seed }) : clipped;
}

/** The rates of a race's own sweep: so fine that the best is within a factor of 1.5 of the best there is. */
const RATES = ratesFrom(1e-4, 10, 29);

function best(
  of: AnyRule,
  conditions: Conditions,
  on: ReturnType<typeof surface>,
): { lr: number; tried: { rates: number[]; losses: number[] } } {
  const { start, steps, seed } = conditions;
  const points = sweep({
    surface: on,
    start,
    steps,
    batch: batchOf(conditions),
    seeds: [seed],
    rates: RATES,
    rule: (lr) => configured(of, lr, conditions, seed),
  });
  const losses = points.map((point) => point.losses[0]!); // one seed
  const lowest = losses.reduce((a, b) => Math.min(a, b), Infinity);
  return { lr: RATES[Math.max(0, losses.indexOf(lowest))]!, tried: { rates: RATES, losses } };
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

async function outcomeOf(
  contender: Contender,
  { conditions, fairness, rate }: Calls["race"]["asks"],
): Promise<Outcome> {
  try {
    const on = surface(conditions.surface);
    const of = await ruleOf(contender);
    const hasRate = Object.hasOwn(of.hyper, "lr");
    const chosen = fairness === "best" && hasRate ? best(of, conditions, on) : undefined;
    const own = fairness === "same" ? rate : fairness === "own" ? contender.lr : undefined;
    const lr = hasRate ? (chosen?.lr ?? own ?? of.hyper.lr) : undefined;
    const run: Run = race({
      surface: on,
      rule: configured(of, lr, conditions, conditions.seed),
      start: conditions.start,
      steps: conditions.steps,
      batch: batchOf(conditions),
    });
    return { ...run, lr, tried: chosen?.tried };
  } catch (error) {
    return { error: messageOf(error) };
  }
}

/** Where a complaint of core's about an equation belongs: its message ends in the source and a caret. */
function complaintOf(error: unknown, parsed?: ParsedRule): Complaint {
  const message = messageOf(error);
  if (error instanceof LineError) return { message, line: error.line };
  const [first = "", source, caret] = message.split("\n");
  if (!(error instanceof SyntaxError) || source === undefined || caret === undefined) {
    const named = parsed?.equations.findIndex(({ source: text }) => message.includes(text)) ?? -1;
    return { message, line: named >= 0 ? parsed!.equations[named]!.line : 0 };
  }
  const shown = source.slice(4);
  const part = shown.replaceAll("…", "").trim();
  const found =
    parsed?.equations.find(({ source: text }) => text.trim() === part) ??
    parsed?.equations.find(({ source: text }) => text.includes(part));
  const at = caret.length - 1 - 4;
  const offset = found && shown.startsWith("…") ? found.source.indexOf(part) + at - 1 : at;
  return { message: first, line: found?.line ?? 0, column: (found?.column ?? 0) + offset };
}

/** A formula as MathML, `f = …`; empty for one that nobody could read. */
function formulaOf(name: string, text: string): string {
  return text.length > 240 ? "" : mathml({ update: { [name]: text } }).replace("<mo>←</mo>", "<mo>=</mo>");
}

/** The lowest point of a grid: the minimum of a formula that nobody has looked up. */
function lowest({ values, columns, rows, x, y }: ReturnType<typeof fieldOf>): {
  at: readonly [number, number];
  value: number;
} {
  let at = -1;
  for (let i = 0; i < values.length; i++)
    if (Number.isFinite(values[i]) && (at < 0 || values[i]! < values[at]!)) at = i;
  const [c, r] = [at % columns, Math.floor(at / columns)];
  return {
    at: [x[0] + (c / (columns - 1)) * (x[1] - x[0]), y[0] + (r / (rows - 1)) * (y[1] - y[0])],
    value: at < 0 ? Number.NaN : values[at]!,
  };
}

/** The answer to each question. */
export const answers: {
  readonly [K in CallName]: (asks: Calls[K]["asks"]) => Calls[K]["gives"] | Promise<Calls[K]["gives"]>;
} = {
  async race(asks) {
    const outcomes: Outcome[] = [];
    for (const contender of asks.contenders) outcomes.push(await outcomeOf(contender, asks));
    return outcomes;
  },
  field({ surface: text, x, y, columns, rows }) {
    try {
      const field = fieldOf(surface(text), x, y, columns, rows);
      return { values: field.values, mathml: formulaOf("f", text), least: lowest(field) };
    } catch (error) {
      return { complaint: complaintOf(error) };
    }
  },
  async sweep({ conditions, contender, rates, seeds }) {
    try {
      const [of, on] = [await ruleOf(contender), surface(conditions.surface)];
      if (!Object.hasOwn(of.hyper, "lr")) return { error: `${of.title} has no rate to sweep.` };
      const { start, steps } = conditions;
      const points = sweep({
        surface: on,
        start,
        steps,
        batch: batchOf(conditions),
        rates,
        seeds,
        rule: (lr, seed) => configured(of, lr, conditions, seed),
      });
      return {
        losses: points.map(({ losses }) => losses),
        diverged: points.map(({ diverged }) => diverged),
        start: on.value(...start),
      };
    } catch (error) {
      return { error: messageOf(error) };
    }
  },
  async basins({ conditions, contender, ...grid }) {
    try {
      const of = await ruleOf(contender);
      const rule = configured(of, contender.lr, conditions, conditions.seed);
      const { steps } = conditions;
      const film = filmOf(grid, steps);
      const { indices, ends, underway } = basins({
        surface: surface(conditions.surface),
        rule,
        steps,
        batch: batchOf(conditions),
        ...grid,
        seen: film.seen,
      });
      return { indices, ends, underway, swarm: film.swarm };
    } catch (error) {
      return { error: messageOf(error) };
    }
  },
  async explain({ conditions, contender, step }) {
    try {
      const [{ explainer }, of] = await Promise.all([import("@descent/training"), ruleOf(contender)]);
      const seen = seenBy(conditions);
      const rule = configured(of, contender.lr, conditions, conditions.seed);
      const shape = of.needs === "matrix" ? [1, 2] : [2];
      const told = explainer(rule, { parameters: { w: { data: Float32Array.from(conditions.start), shape } } });
      let update: ReturnType<typeof told.update> | undefined;
      for (let t = 1; t <= step; t++) {
        const on = seen(t);
        do {
          const [x, y] = told.weights().w as unknown as readonly [number, number]; // a Float32Array of two
          const reads = (input: string): boolean => Object.hasOwn(of.inputs ?? {}, input);
          update = told.update(
            { w: Float32Array.from(on.gradient(x, y)) },
            {
              ...(reads("loss") ? { loss: on.value(x, y) } : {}),
              ...(reads("h") ? { h: { w: Float32Array.from(on.curvature(x, y)) } } : {}),
            },
          );
        } while (told.midRound);
      }
      if (!update) return { error: "The race begins here: no step has been taken." };
      return { x: String(update.box("w", 0)), y: String(update.box("w", 1)) };
    } catch (error) {
      return { error: messageOf(error) };
    }
  },
  async slots({ conditions, contender }) {
    try {
      const of = await ruleOf(contender);
      return { slots: slotsOf(configured(of, contender.lr, conditions, conditions.seed), of, conditions) };
    } catch (error) {
      return { error: messageOf(error) };
    }
  },
  async text({ rule: id }) {
    const spec = await load(id);
    const printed = printRule(spec);
    return "text" in printed ? { text: printed.text, title: spec.title, paper: spec.paper } : printed;
  },
  check({ text }) {
    let parsed: ParsedRule | undefined;
    try {
      parsed = parseRule(text, MINE);
      for (const { source } of parsed.equations) parse(source);
      const made = rule(parsed.spec as never) as unknown as RuleSpec; // checked by `rule`
      const phases = [...Object.keys(made.phases ?? {}), undefined];
      const slots = Object.values(made.state).filter(
        (slot) => typeof slot !== "object" || (slot.place ?? "tensor") === "tensor",
      );
      return {
        mathml: mathml(made),
        options: Object.entries(made.hyper).map(([name, value]) => {
          const range = rangeOf(made, name);
          return {
            name,
            value,
            least: range ? range[0] : null,
            below: range && Number.isFinite(range[1]) ? range[1] : null,
          };
        }),
        bytes: 4 * (slots.length + (phases.length > 1 ? 1 : 0)),
        passes: phases.reduce((sum, phase) => sum + trace(made, undefined, undefined, phase).passes.length + 1, 0),
      };
    } catch (error) {
      return { complaint: complaintOf(error, parsed) };
    }
  },
  async emit({ text, title, target }) {
    const { emit } = await import("@descent/dialects/emit");
    try {
      return { code: emit(parseRule(text, { ...MINE, id: idOf(title), title }).spec, target) };
    } catch (error) {
      return { because: messageOf(error) };
    }
  },
  schedule({ text, steps }) {
    try {
      const at = schedule(text, /\bsteps\b/.test(text) ? { steps } : {});
      return { values: Float64Array.from({ length: steps }, (_, step) => at(step)), mathml: formulaOf("rate", text) };
    } catch (error) {
      return { complaint: complaintOf(error) };
    }
  },
};

/** "Your rule" → `your-rule`; a rule's id is in kebab case. */
export const idOf = (title: string): string =>
  title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^[-0-9]+|-+$/g, "") || "mine";
