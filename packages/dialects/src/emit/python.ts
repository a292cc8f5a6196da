import type { Expr } from "@descent/core/graph";
import { apply, substitute, variable } from "@descent/core/graph";
import { Formulas, pythonName } from "./formulas.ts";
import type { MacroText, Phase, Script, Statement, Term } from "./script.ts";
import { isLine, linesOf } from "./terms.ts";

/** Prints the phases and macros of one rule as functions of Python. */
export class Python extends Formulas {
  /** The lines of a phase as a function from what it reads to what it changes. */
  equations(name: string, script: Script, phase: Phase): string[] {
    const given = [...phase.reads].filter((symbol) => !inside.has(symbol)).map(pythonName);
    const signature = ["p", "g", "*", ...given, "**_"].join(", ");
    const { rows, cols, size } = extents(script, phase);
    const sized = script.state.flatMap(({ sides = [] }) => sides).filter((side) => typeof side === "string");
    const ranks = [...new Set(sized)].filter((side) => side !== "rows" && side !== "cols" && phase.reads.has(side));
    if (ranks.length > 0) this.callsMath = true;
    const counted = this.library.name === "torch" ? "p.numel()" : "p.size";
    const head = [
      ...(rows || cols ? ["rows, cols = p.shape"] : []),
      ...(size ? [`size = ${counted}`] : []),
      ...(phase.reads.has("p0") ? ["p0 = p"] : []),
      ...ranks.map((side) => `${pythonName(side)} = min(math.ceil(${pythonName(side)}), *p.shape)`),
    ];
    const results = phase.writes.map(({ name: symbol, place }) => {
      const kept = script.state.find((one) => one.name === symbol);
      const text = pythonName(symbol);
      const spread = kept !== undefined && kept.place !== place && kept.place !== "host";
      return `${text}=${spread ? this.#filled(text, kept.place) : text}`;
    });
    return [
      `def ${name}(${signature}):`,
      ...[
        ...head,
        ...phase.body.flatMap((one) => this.#statement(one, script)),
        `return dict(${results.join(", ")})`,
      ].map((line) => `    ${line}`),
    ];
  }

  /** A value as large as the state that keeps it. */
  #filled(text: string, place: string): string {
    if (place === "model" || place === "scalar") {
      if (this.library.name === "np") return text;
      return this.library.name === "torch" ? `torch.as_tensor(${text}).to(p)` : `jnp.asarray(${text}, dtype=p.dtype)`;
    }
    const shape = place === "row" ? "(len(p), 1)" : place === "column" ? "(1, p.shape[1])" : "p.shape";
    const { name } = this.library;
    if (name === "torch") return `p.new_zeros(${shape}) + ${text}`;
    return `${name}.zeros(${shape}) + ${text}`;
  }

  #statement(one: Statement, script: Script): string[] {
    switch (one.kind) {
      case "let": {
        const name = pythonName(one.name);
        const borrowed = one.value.kind === "name" && ["p", "p0", "g"].includes(one.value.name) && one.name !== "p";
        // The caller writes to these later, so the state has a copy.
        const copied = borrowed && this.library.name === "torch" ? ".clone()" : "";
        if (!one.when) return [`${name} = ${this.formula(one.value)}${copied}`];
        const old: Term = { ...one.value, kind: "name", name: one.name, truth: false };
        const place = one.when.place === "host" ? one.value.place : "tensor";
        return [`${name} = ${this.formula({ kind: "choice", args: [one.when, one.value, old], place, truth: false })}`];
      }
      case "total":
        return [`${pythonName(one.name)} = yield ${this.formula(one.share)}`];
      case "when": {
        const body = one.body.flatMap((line) => this.#statement(line, script)).map((line) => `    ${line}`);
        const condition = this.condition(one.condition);
        if (!this.library.traced) return [`if ${condition}:`, ...body];
        const lasting = new Set(["p", ...script.state.map(({ name }) => name)]);
        const names = [
          ...new Set(
            one.body.flatMap((line) => (line.kind === "let" && lasting.has(line.name) ? [pythonName(line.name)] : [])),
          ),
        ];
        const all = names.join(", ");
        const tuple = names.length === 1 ? `${all},` : all;
        return [
          `def taken(${all}):`,
          ...body,
          `    return ${tuple}`,
          `${tuple} = jax.lax.cond(${condition}, taken, lambda *old: old, ${all})`,
        ];
      }
    }
  }

  /** A macro as a function. */
  macro(text: MacroText): string[] {
    const { parameters, wide, tall } = text;
    const name = pythonName(text.name);
    const head = `def ${name}(${parameters.join(", ")}):`;
    if (wide === tall) return [head, ...this.#macroBody(text, wide)];
    const turned = substitute(
      wide,
      Object.fromEntries(parameters.map((x) => [x, apply("transpose", variable(x, "tensor"))])),
    );
    const mirrored = apply("transpose", turned) === tall;
    const flipped = `return ${name}(${parameters.map((x) => `${x}.T`).join(", ")}).T`;
    return [
      head,
      `    if x.shape[0] > x.shape[1]:`,
      ...(mirrored ? [`        ${flipped}`] : this.#macroBody(text, tall).map((line) => `    ${line}`)),
      ...this.#macroBody(text, wide),
    ];
  }

  #macroBody(text: MacroText, e: Expr): string[] {
    const { lines, value } = linesOf(text, e);
    const spreads = [value, ...lines.map(([, line]) => line)].some(addsLines);
    return [
      ...(spreads ? [`    rows, cols = ${text.parameters[0]}.shape`] : []),
      ...lines.map(([name, line]) => `    ${name} = ${this.formula(line)}`),
      `    return ${this.formula(value)}`,
    ];
  }
}

/** Symbols that every body has without an argument. */
const inside: ReadonlySet<string> = new Set(["p", "g", "p0", "rows", "cols", "size"]);

/** The facts of the parameter's shape that a phase reads, including those that its sums imply. */
function extents(
  { matrices }: Script,
  { reads, body }: Phase,
): { readonly rows: boolean; readonly cols: boolean; readonly size: boolean } {
  const spreads = matrices && spreadsLines(body);
  return { rows: reads.has("rows") || spreads, cols: reads.has("cols") || spreads, size: reads.has("size") };
}

/** Whether sums run over one number per row or column. */
function spreadsLines(body: readonly Statement[]): boolean {
  return body.some((one) =>
    one.kind === "let"
      ? addsLines(one.value)
      : one.kind === "total"
        ? addsLines(one.share)
        : addsLines(one.condition) || spreadsLines(one.body),
  );
}

/** Whether a term adds up one number per row or column, for which it needs to know how many of the others there are. */
const addsLines = (term: Term): boolean =>
  term.kind !== "number" &&
  term.kind !== "name" &&
  ((term.kind === "call" &&
    ["sum", "norm", "rowSum", "columnSum"].includes(term.name) &&
    isLine(term.args[0]!.place)) ||
    term.args.some(addsLines));
