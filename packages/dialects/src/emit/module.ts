import type { Hyper, RuleSpec } from "@descent/core/adapter";
import { type Library, pythonName } from "./formulas.ts";
import { helperText } from "./helpers.ts";
import { Python } from "./python.ts";
import type { Kept, Script } from "./script.ts";
import { snake } from "./terms.ts";

/* What modules of Python have in common, whatever the library. */

/** `AdamW`, from the title if that is a name, else from the id. */
export function className({ id, title }: RuleSpec): string {
  const words = title.replaceAll(/[^\w\s]/g, "").split(/\s+/);
  const name = words.map((word) => word.slice(0, 1).toUpperCase() + word.slice(1)).join("");
  if (/^[A-Za-z]\w*$/.test(name)) return name;
  return id.replaceAll(/(?:^|[-/])([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** `rmsprop_centered`: the id as a function of Python. */
export const functionName = ({ id }: RuleSpec): string =>
  pythonName(snake(id.replace(/^.*\//, "").replaceAll("-", "_")));

/** Options with their defaults, as parameters of a function. */
export const defaults = (hyper: Hyper): string[] =>
  Object.entries(hyper).map(([name, value]) => `${pythonName(name)}=${pythonNumber(value)}`);

/** A number as Python writes it. */
export const pythonNumber = (value: number): string =>
  value === Infinity ? 'float("inf")' : value === -Infinity ? 'float("-inf")' : String(value);

/** The functions of a module: helpers, macros, and one per phase; `_together` where sums run over the model. */
export function functionsOf(
  script: Script,
  library: Library,
): { readonly python: Python; readonly lines: readonly string[] } {
  const python = new Python(library, new Set(script.macros.map(({ name }) => name)));
  const macros = script.macros.flatMap((macro) => [...python.macro(macro), "", ""]);
  const phases = [...script.phases, ...(script.readout ? [script.readout] : [])].flatMap((phase) => [
    ...python.equations(`_${pythonName(phase.name)}`, script, phase),
    "",
    "",
  ]);
  const helpers = [...python.helpers].sort().flatMap((name) => [...helperText(name, library.name), "", ""]);
  return { python, lines: [...helpers, ...macros, ...phases, ...(waits(script) ? [...together, "", ""] : [])] };
}

/** Whether updates of parameters wait for one another, because a sum runs over all of them. */
export const waits = ({ phases }: Script): boolean =>
  phases.some(({ body }) => body.some(({ kind }) => kind === "total"));

const together = [
  "def _together(runs):",
  '    """Runs updates side by side: each yields its share of a sum over the model and receives the sum."""',
  "    done, total = [], None",
  "    while len(done) < len(runs):",
  "        shares = []",
  "        for run in runs:",
  "            try:",
  "                shares.append(run.send(total))",
  "            except StopIteration as end:",
  "                done.append(end.value)",
  "        total = sum(shares)",
  "    return done",
];

/** The initial value of a state of the parameter `like`. */
export function startOf(
  kept: Kept,
  script: Script,
  library: Library,
  like: string,
  option: (name: string) => string,
): string {
  const lib = library.name;
  const { init, place, sides } = kept;
  const isOption = typeof init === "string" && Object.hasOwn(script.rule.hyper, init);
  const value = typeof init === "number" ? pythonNumber(init) : isOption ? option(pythonName(init)) : undefined;
  if (place === "host") return value!; // starts as words are refused for anything but tensors
  const shape = sides
    ? `(${sides.map((side) => sideOf(side, like, option)).join(", ")})`
    : place === "row"
      ? `(len(${like}), 1)`
      : place === "column"
        ? `(1, ${like}.shape[1])`
        : place === "tensor"
          ? undefined
          : "()";
  if (init === "p") return lib === "torch" ? `${like}.clone()` : `${lib}.array(${like})`;
  if (init === "eye") {
    const [rows, cols] = sides ? sides.map((side) => sideOf(side, like, option)) : [`len(${like})`, `${like}.shape[1]`];
    return lib === "torch"
      ? `torch.eye(${rows}, ${cols}, dtype=${like}.dtype, device=${like}.device)`
      : `${lib}.eye(${rows}, ${cols}, dtype=${like}.dtype)`;
  }
  if (shape === undefined) return value === "0" ? `${lib}.zeros_like(${like})` : `${lib}.full_like(${like}, ${value})`;
  if (lib === "torch") return `${like}.new_full(${shape}, ${value})`;
  return `${lib}.full(${shape}, ${value}, dtype=${like}.dtype)`;
}

function sideOf(side: number | string, like: string, option: (name: string) => string): string {
  if (side === "rows") return `len(${like})`;
  if (side === "cols") return `${like}.shape[1]`;
  return `min(math.ceil(${typeof side === "number" ? side : option(pythonName(side))}), *${like}.shape)`;
}

/** Whether an initial value needs Python's `math`. */
export const startsNeedMath = ({ state }: Script): boolean =>
  state.some(({ sides = [] }) => sides.some((side) => side !== "rows" && side !== "cols"));

/** Matrices of the rule's rows and columns, and back. Outputs are the library's first dimension, or its last. */
export function asMatrix({ rule: { layout } }: Script, outputs: "first" | "last"): string[] {
  const turned = layout !== undefined && (layout[0] === "out") !== (outputs === "first");
  const lie = layout === undefined || outputs === "first" ? "x.reshape(len(x), -1)" : "x.reshape(-1, x.shape[-1])";
  const about =
    layout === undefined
      ? "The first dimension against the others"
      : layout[0] === "out"
        ? `Outputs${outputs === "last" ? ", the last dimension," : ""} against inputs`
        : `Inputs against outputs${outputs === "last" ? ", the last dimension" : ""}`;
  return [
    "def _matrix(x):",
    `    """${about}; a vector is one row."""`,
    `    w = ${lie} if x.ndim > 1 else x.reshape(1, -1)`,
    `    return ${turned ? "w.T if x.ndim > 1 else w" : "w"}`,
    "",
    "",
    "def _like(w, x):",
    `    return ${turned ? "(w.T if x.ndim > 1 else w)" : "w"}.reshape(x.shape)`,
  ];
}

/** Which names any phase reads. */
export const reads = ({ phases, readout }: Script, name: string): boolean =>
  [...phases, ...(readout ? [readout] : [])].some((phase) => phase.reads.has(name));

/** The first lines of a module. */
export const heading = ({ rule }: Script): string[] => [
  `# ${rule.title}, printed by Descent from its equations: ${rule.paper}`,
];
