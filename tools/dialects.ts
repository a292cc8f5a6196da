import path from "node:path";
import { optimizer } from "@descent/arrays";
import type { Configured } from "@descent/core";
import type { Leaf } from "@descent/core/adapter";
import * as keras from "@descent/dialects/keras";
import * as optax from "@descent/dialects/optax";
import * as tensorflow from "@descent/dialects/tensorflow";
import * as torch from "@descent/dialects/torch";
import type { DialectEntry } from "../packages/catalogue/src/entry.ts";
import { commentOf, compact, firstSentence, number } from "./catalogue.ts";

/** An optimizer of a door, as far as it is data. */
interface Named {
  readonly dialect: string;
  readonly defaults: Readonly<Record<string, unknown>>;
  readonly refuses: Readonly<Record<string, string>>;
}

type Call = (...args: readonly unknown[]) => Configured;

const doors: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  torch,
  optax,
  keras,
  tensorflow: tensorflow.train,
};
/** The libraries that have a door. */
export type Library = "torch" | "optax" | "keras" | "tensorflow";

const isNamed = (x: unknown): x is Named & Call => typeof x === "function" && "dialect" in x && "defaults" in x;

/** Options that stand for what an optimizer does when nothing is said: those that must be given get a number. */
const given = (library: string, { defaults }: Named): unknown[] => {
  const asked = Object.fromEntries(Object.entries(defaults).filter(([, value]) => Number.isNaN(value)));
  if (library === "tensorflow") return Object.keys(asked).map(() => 0.5);
  return library === "optax" ? [1] : [];
};

/** The rule of an optimizer; that of its first group, where it has several by shape. */
const leafOf = (made: Configured): Leaf => {
  if (made.kind === "rule") return made;
  const [first] = made.kind === "partition" ? Object.values(made.groups) : [];
  if (!first) throw new Error("An optimizer of a door has a rule.");
  return leafOf(first);
};

/** Every optimizer of every door, for the catalogue. */
export function dialectEntries(root: string): DialectEntry[] {
  const folder = path.join(root, "packages/dialects/src");
  return Object.entries(doors).flatMap(([library, door]) =>
    Object.entries(door)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([name, made]) => {
        if (!isNamed(made)) return [];
        const { text } = commentOf(path.join(folder, library), name);
        const comment = text.replaceAll("\n", " ");
        const options = Object.entries(made.defaults).map(([option, value]) =>
          Number.isNaN(value) ? { name: option } : { name: option, default: value as number },
        );
        const rate = library === "optax" && !("learning_rate" in made.defaults) ? [{ name: "learning_rate" }] : [];
        return [
          {
            name,
            library,
            rule: leafOf(made(...given(library, made))).rule.id,
            sentence: firstSentence(comment),
            comment,
            options: [...rate, ...options],
            refuses: Object.keys(made.refuses),
          },
        ];
      }),
  );
}

/** The catalogue's data of dialects. */
export const dialectsModule = (dialects: readonly DialectEntry[]): string =>
  `// Written by \`npm run docs\` from the doors themselves.\nimport type { DialectEntry } from "./entry.ts";\n\n/** Every optimizer of other libraries that \`@descent/dialects\` has by its name there, by library. */\nexport const dialects: readonly DialectEntry[] = ${compact(dialects)};\n`;

/** One call for each library that has the method: its name there, and options beside the rate. */
type Shared = { readonly [L in Library]?: readonly [name: string, options?: Readonly<Record<string, unknown>>] };

/** Methods that more than one library has. */
export const shared: Readonly<Record<string, Shared>> = {
  Momentum: {
    torch: ["SGD", { momentum: 0.9 }],
    optax: ["sgd", { momentum: 0.9 }],
    keras: ["SGD", { momentum: 0.9 }],
    tensorflow: ["momentum", { momentum: 0.9 }],
  },
  Nesterov: {
    torch: ["SGD", { momentum: 0.9, nesterov: true }],
    optax: ["sgd", { momentum: 0.9, nesterov: true }],
    keras: ["SGD", { momentum: 0.9, nesterov: true }],
    tensorflow: ["momentum", { momentum: 0.9, useNesterov: true }],
  },
  Adagrad: { torch: ["Adagrad"], optax: ["adagrad"], keras: ["Adagrad"], tensorflow: ["adagrad"] },
  Adadelta: { torch: ["Adadelta"], optax: ["adadelta"], keras: ["Adadelta"], tensorflow: ["adadelta"] },
  RMSProp: { torch: ["RMSprop"], optax: ["rmsprop"], keras: ["RMSprop"], tensorflow: ["rmsprop"] },
  "RMSProp, centered": {
    torch: ["RMSprop", { centered: true }],
    optax: ["rmsprop", { centered: true }],
    keras: ["RMSprop", { centered: true }],
    tensorflow: ["rmsprop", { centered: true }],
  },
  Adam: { torch: ["Adam"], optax: ["adam"], keras: ["Adam"], tensorflow: ["adam"] },
  AdamW: { torch: ["AdamW"], optax: ["adamw"], keras: ["AdamW"] },
  AMSGrad: { torch: ["Adam", { amsgrad: true }], optax: ["amsgrad"], keras: ["Adam", { amsgrad: true }] },
  NAdam: { torch: ["NAdam"], optax: ["nadam"], keras: ["Nadam"] },
  RAdam: { torch: ["RAdam"], optax: ["radam"] },
  Adamax: { torch: ["Adamax"], optax: ["adamax"], keras: ["Adamax"], tensorflow: ["adamax"] },
  Lion: { optax: ["lion"], keras: ["Lion"] },
  LAMB: { optax: ["lamb"], keras: ["Lamb"] },
  Adafactor: { torch: ["Adafactor"], keras: ["Adafactor"] },
};

const rates: Readonly<Record<Library, string>> = {
  torch: "lr",
  optax: "learning_rate",
  keras: "learning_rate",
  tensorflow: "learningRate",
};

function named(library: Library, name: string): Named & Call {
  const made = doors[library]![name];
  if (!isNamed(made)) throw new Error(`There is no ${name} of ${library}.`);
  return made;
}

/** An optimizer of a door by name, at a rate of 1 unless told otherwise. */
export function called(library: Library, name: string, options: Readonly<Record<string, unknown>> = {}): Leaf {
  const made = named(library, name);
  const all = { [rates[library]]: 1, ...options };
  if (library !== "tensorflow") return leafOf(made(all));
  return leafOf(made(...Object.keys(made.defaults).map((key) => all[key])));
}

/** Gradients whose first step the table has: an ordinary one, and one near ε. */
export const GRADIENTS = [1, 1e-6] as const;

/** How far the first update moves a parameter from 0, for each of the gradients, in units of the rate and without decay. */
export function firstSteps(library: Library, name: string, options: Readonly<Record<string, unknown>> = {}): number[] {
  const plain = "weight_decay" in named(library, name).defaults ? { weight_decay: 0, ...options } : options;
  return GRADIENTS.map((g) => {
    const w = new Float32Array(1);
    const opt = optimizer({ w }, called(library, name, plain), { engine: "interpreter" });
    opt.update({ w: Float32Array.of(g) });
    opt.dispose();
    return w[0]! === 0 ? 0 : -w[0]!;
  });
}

const textOf = ({ rule }: Leaf): string =>
  [...(rule.before ?? []), rule.update, ...(rule.after ?? [])].flatMap((all) => Object.values(all)).join("; ");

/** The place of ε, by the equations. */
export function placeOfEps(leaf: Leaf): string {
  const text = textOf(leaf);
  if (!/\beps\d?\b/.test(text)) return "";
  if (/rowMean\(g\^2\) \+ eps1/.test(text)) return "added to squares";
  if (/max\([^;]*eps1\)/.test(text)) return "the least root";
  if (/abs\(g\) \+ eps/.test(text)) return "inside the maximum";
  if (/max\(beta2 \* u/.test(text) && /\bu \+ eps/.test(text)) return "beside the maximum";
  if (/sqrt\(v - \(gBar\^2 \+ eps\)\)/.test(text)) return "taken from the variance";
  const inside = /sqrt\([^;()]* \+ eps\)/.test(text);
  const uncorrected = /beta2\^t/.test(text) && /sqrt\((v|vMax)\) \+ eps/.test(text) && !/vMax = /.test(text);
  if (inside) return "inside the root";
  return uncorrected && !/v \/ \(1 - correctV/.test(text) ? "outside the root, before correction" : "outside the root";
}

/** The divisors that correct the means for their start, by the equations. */
export function corrections(leaf: Leaf): string {
  const text = textOf(leaf);
  const first = /product/.test(text)
    ? "1 − Πμ"
    : /beta1\^\(t \+ 1\)/.test(text)
      ? "1 − β₁ᵗ, ahead 1 − β₁ᵗ⁺¹"
      : "1 − β₁ᵗ";
  const parts = [
    ...(/beta1\^|product/.test(text) ? [first] : []),
    ...(/beta2\^t/.test(text) ? [/max\(vMax, v \/ /.test(text) ? "1 − β₂ᵗ before the maximum" : "1 − β₂ᵗ"] : []),
  ];
  return parts.join("; ");
}

/** How an optimizer decays, and by how much unless told. */
export function decayOf(library: Library, name: string, options: Readonly<Record<string, unknown>> = {}): string {
  const { defaults } = named(library, name);
  if (!("weight_decay" in defaults)) return "";
  const leaf = called(library, name, { ...options, weight_decay: 0.5 });
  const usual = defaults.weight_decay;
  const amount = typeof usual === "number" && usual !== 0 ? `, ${number(usual)}` : "";
  if ("l2" in leaf.hyper) return `a penalty${amount}`;
  const within = /u: [^;]*weightDecay/.test(
    Object.entries(leaf.rule.update)
      .map((line) => line.join(": "))
      .join("; "),
  );
  return `${within ? "within the ratio" : "apart"}${amount}`;
}

const libraries: Readonly<Record<Library, string>> = {
  torch: "PyTorch",
  optax: "Optax",
  keras: "Keras",
  tensorflow: "TensorFlow.js",
};

/** Defaults of the options that are numbers, without the rate where it must be given and without switches that are off. */
function defaultsOf(library: Library, name: string): string {
  const skipped =
    /^(weight_decay|mask|clip(norm|value)|global_clip|use_ema|ema_|loss_scale|gradient_acc|maximize|amsgrad|centered|nesterov|useNesterov|decoupled|threshold|correct|bias_)/;
  const shown = (value: unknown): string =>
    Array.isArray(value) ? value.map(shown).join(", ") : typeof value === "number" ? number(value) : String(value);
  return Object.entries(named(library, name).defaults)
    .filter(([option, value]) => !skipped.test(option) && !Number.isNaN(value) && value !== null && value !== false)
    .map(([option, value]) => `${option} ${shown(value)}`)
    .join(", ");
}

const short = (x: number): string =>
  Number.isNaN(x)
    ? "NaN"
    : x !== 0 && (Math.abs(x) < 1e-2 || Math.abs(x) >= 100)
      ? x.toExponential(2)
      : x.toPrecision(3);

/** The table of differences, method by method. */
export function differencesMarkdown(): string {
  const sections = Object.entries(shared).map(([method, by]) => {
    const rows = Object.entries(by).map(([key, [name, options = {}]]) => {
      const library = key as Library; // as Shared has it
      const leaf = called(library, name, options);
      const [usual, tiny] = firstSteps(library, name, options) as [number, number];
      const switches = Object.entries(options)
        .map(([option, value]) => `${option}: ${String(value)}`)
        .join(", ");
      const cells = [
        libraries[library],
        `\`${library === "tensorflow" ? "train." : ""}${name}${switches === "" ? "" : `({ ${switches} })`}\``,
        defaultsOf(library, name),
        placeOfEps(leaf),
        corrections(leaf),
        decayOf(library, name, options),
        short(usual),
        short(tiny),
      ];
      return `| ${cells.join(" | ")} |`;
    });
    return [
      `## ${method}`,
      "",
      "| | | defaults | ε | corrected by | decay | first step, g = 1 | g = 1e-6 |",
      "| --- | --- | --- | --- | --- | --- | --- | --- |",
      ...rows,
    ].join("\n");
  });
  return sections.join("\n\n");
}
