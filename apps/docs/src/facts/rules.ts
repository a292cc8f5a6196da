import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { type DialectEntry, dialects, type EquationList, type RuleEntry, rules } from "@descent/catalogue";
import { type DiffLine, diffOf } from "@descent/playground/diff";
import { root } from "./root.ts";

/** All equations of a rule as lines, in the order they run. */
export const linesOf = ({ phases = {}, equations }: Pick<RuleEntry, "phases" | "equations">): string[] => [
  ...Object.entries(phases).flatMap(([name, list]) => [`phase ${name}`, ...list.map(lineOf)]),
  ...equations.map(lineOf),
];
const lineOf = ([symbol, formula]: EquationList[number]): string =>
  symbol === "when" ? `when ${formula}` : `${symbol} = ${formula}`;

/** The rule that a rule's file spreads, by the names of the exports: `rule({ ...adam, … })`. */
const spreads: ReadonlyMap<string, string> = new Map(
  [...new Set(rules.map(({ family }) => family))].flatMap((family) => {
    const folder = path.join(root, "packages", family, "src");
    return readdirSync(folder)
      .filter((file) => file.endsWith(".ts"))
      .flatMap((file) =>
        [
          ...readFileSync(path.join(folder, file), "utf8").matchAll(
            /export const (\w+)[^=]*= rule\(\{\s*\.\.\.(\w+),/g,
          ),
        ].map(([, name = "", parent = ""]) => [name, parent] as const),
      );
  }),
);

/** A rule beside the one that it comes from. */
export interface Kin {
  readonly rule: RuleEntry;
  /** Whether the rule's file is written as a change of it; else it is the one with the most equations in common. */
  readonly written: boolean;
  readonly lines: readonly DiffLine[];
}

/** The rule that this one changes, or the one that it has most in common with. Nothing where none shares an equation besides decay. */
export function kinOf(rule: RuleEntry): Kin | undefined {
  const parent = rules.find(({ name }) => name === spreads.get(rule.name));
  const own = linesOf(rule);
  const against = (other: RuleEntry): readonly DiffLine[] => diffOf(linesOf(other).join("\n"), own.join("\n"));
  if (parent) return { rule: parent, written: true, lines: against(parent) };
  let nearest: Kin | undefined;
  let least = Infinity;
  for (const other of rules) {
    if (other === rule || spreads.get(other.name) === rule.name || other.equations.length > rule.equations.length)
      continue;
    const lines = against(other);
    const same = lines.filter(({ kind, text }) => kind === "same" && !text.includes("weightDecay")).length;
    const changed = lines.length - same;
    if (same > 0 && changed < least) {
      least = changed;
      nearest = { rule: other, written: false, lines };
    }
  }
  return nearest;
}

/** The rules whose files are written as changes of this one. */
export const childrenOf = (rule: RuleEntry): RuleEntry[] =>
  rules.filter(({ name }) => spreads.get(name) === rule.name && name !== rule.name);

/** The optimizers of other libraries that are this rule unless their options say otherwise. */
export const elsewhere = (rule: RuleEntry): DialectEntry[] => dialects.filter((one) => one.rule === rule.id);

/** The libraries by the names of the catalogue. */
export const libraries: Readonly<Record<string, { readonly title: string; readonly prefix: string }>> = {
  torch: { title: "PyTorch", prefix: "torch.optim." },
  optax: { title: "Optax", prefix: "optax." },
  keras: { title: "Keras", prefix: "keras.optimizers." },
  tensorflow: { title: "TensorFlow.js", prefix: "tf.train." },
};

/** A call of another library's optimizer with its defaults, as that library writes it. */
export function callOf({ library, name, options }: DialectEntry): string {
  const python = library !== "tensorflow";
  const value = (v: unknown): string =>
    v === undefined
      ? "…"
      : Array.isArray(v)
        ? python
          ? `(${v.map(value).join(", ")})`
          : `[${v.map(value).join(", ")}]`
        : typeof v === "number"
          ? numeral(v)
          : typeof v === "string"
            ? `"${v}"`
            : python
              ? v === null
                ? "None"
                : v === true
                  ? "True"
                  : "False"
              : String(v);
  const inside = options.map((one) =>
    python
      ? `${one.name}=${value(one.default)}`
      : one.default === undefined
        ? one.name
        : `${one.name} = ${value(one.default)}`,
  );
  return `${libraries[library]!.prefix}${name}(${inside.join(", ")})`; // one of the four
}

/** A number as code has it: 0.001, 1e-8. */
export const numeral = (value: number): string => {
  const size = Math.abs(value);
  return size !== 0 && (size < 1e-3 || size >= 1e6) ? value.toExponential().replace("e+", "e") : String(value);
};

/** A program that takes a step of x² + y² with a rule, and runs as it stands. */
export function programOf({ name, family, options, needs, inputs = {}, phases = {} }: RuleEntry): string {
  const rate = options.find((one) => one.name === "lr");
  const made = `${name}(${rate === undefined ? "" : `{ lr: ${numeral(rate.default)} }`})`;
  const asked: Readonly<Record<string, string>> = {
    loss: "loss: w.reduce((sum, x) => sum + x * x, 0)",
    h: "h: { w: w.map(() => 2) }", // the diagonal of the Hessian
    sampled: "sampled: { w: w.map((x) => x) }",
  };
  const more = Object.keys(inputs).map((input) => asked[input]!); // the catalogue has these three
  const gradients = "{ w: w.map((x) => 2 * x) }";
  const update = `opt.update(${gradients}${more.length > 0 ? `, { ${more.join(", ")} }` : ""});`;
  return `import { ${name} } from "@descent/${family}";
import { optimizer } from "@descent/arrays";

const w = new Float32Array([3, -2]);
const opt = optimizer({ w${needs === "matrix" ? ": { data: w, shape: [2, 1] }" : ""} }, ${made});
${Object.keys(phases).length > 0 ? `do ${update.replace(/;$/, "")};\nwhile (opt.midRound); // ${Object.keys(phases).length + 1} gradients` : update}`;
}
