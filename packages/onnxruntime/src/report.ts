import type { Parameter } from "@descent/core";
import type { Inspection } from "@descent/core/adapter";
import { type External, type MendOptions, mend } from "@descent/onnx";
import { checkInspect } from "./check-options.ts";
import { beside } from "./files/external.ts";
import { bytesOf, type FileSource } from "./files/read.ts";
import { type Candidates, candidates, type Reading } from "./graphs/model.ts";

/** A floating tensor of the model. */
export interface ReportedWeight {
  readonly name: string;
  readonly shape: readonly number[];
  /** Whether this trainer steps it. */
  readonly trained: boolean;
  /** The reason: "a parameter in Python", "a table of angles". */
  readonly because: string;
  /** Its part in a layer, where the graph leaves no doubt; biases and norms do not decay. */
  readonly role: Parameter["role"];
  /** Parameters of Python that it holds, where the file says so. */
  readonly sources: readonly string[];
  /** The modules that read it, as Python names them. */
  readonly modules: readonly string[];
  /** How it differs from the file: "tied with `head.weight`", "apart from `1.weight`". */
  readonly changed: string | undefined;
  /** The optimizer's group, where it has several. */
  readonly group: string | undefined;
  /** Whether weight decay acts on it; undefined where it is not trained. */
  readonly decays: boolean | undefined;
}

/** The import report: what is trained and why. As a text it is a table. */
export interface Report {
  /** Every floating tensor of the model, trained or not. */
  readonly weights: readonly ReportedWeight[];
  /** How training may differ from Python, and the export that would not. */
  readonly notes: readonly string[];
  /** The table, with the notes below it. */
  toString(): string;
}

/** The report on what is trained by an optimizer. */
export function reportOf(
  found: Candidates,
  parameters: readonly Parameter[],
  { parameters: known }: Pick<Inspection, "parameters">,
): Report {
  const trained = new Set(parameters.map((p) => p.name));
  const weights = found.weights.map((weight): ReportedWeight => {
    const { name, because } = weight;
    const now = trained.has(name);
    const facts = now && Object.hasOwn(known, name) ? known[name] : undefined;
    return {
      ...plain(weight, found),
      trained: now,
      because:
        now === weight.trained
          ? because
          : now
            ? `chosen by \`trainable\` (${because})`
            : "left out, or the loss does not depend on it",
      group: facts?.group === "" ? undefined : facts?.group,
      decays: facts?.decays,
    };
  });
  return made(weights, found.notes);
}

/** Options of `inspectModel`: those of `Trainer.create` that decide on weights. */
export interface InspectOptions extends Reading, Pick<MendOptions, "tie" | "untie"> {
  readonly external?: External | undefined;
  readonly externalRoot?: string | undefined;
}

/** The report on a model that nobody trains yet: what `Trainer.create` would train, without a runtime. */
export async function inspectModel(model: FileSource, options: InspectOptions = {}): Promise<Report> {
  checkInspect(options);
  const { tie, untie, external: given, externalRoot, ...reading } = options;
  const external =
    given ??
    (await (typeof model === "string" || model instanceof URL ? beside(String(model), externalRoot) : undefined));
  const found = candidates(mend(await bytesOf(model, "model"), { tie, untie, external }), external, reading);
  return made(
    found.weights.map((weight) => ({ ...plain(weight, found), group: undefined, decays: undefined })),
    found.notes,
  );
}

function plain(
  { name, shape, trained, because, role, sources, modules }: Candidates["weights"][number],
  { changes }: Candidates,
) {
  const said = changes.flatMap((change) => {
    if (change.kind === "tied" && change.of === name) return [`also stored as \`${change.name}\``];
    if (change.name !== name) return [];
    if (change.kind === "untied") return [`apart from \`${change.of}\``];
    if (change.kind === "restored") return ["zeros, which the exporter left out"];
    if (change.kind === "inner") return [`from inside \`${change.of}\``];
    return change.kind === "gathered" ? [`gathered into \`${change.of}\``] : ["from a Constant node"];
  });
  return {
    name,
    shape,
    trained,
    because,
    role,
    sources,
    modules,
    changed: said.length === 0 ? undefined : said.join(", "),
  };
}

const made = (weights: readonly ReportedWeight[], all: readonly string[]): Report => ({
  weights,
  notes: all,
  toString: () => text(weights, all),
});

function text(weights: readonly ReportedWeight[], all: readonly string[]): string {
  const rows = [...weights]
    .sort((a, b) => Number(b.trained) - Number(a.trained))
    .map((w) => {
      const python =
        w.sources.filter((source) => source !== w.name).join(" + ") ||
        (w.modules.join(", ") ? `in ${w.modules.join(", ")}` : "");
      const decay = w.decays === undefined ? "" : w.decays ? "decays" : "no decay";
      const why = [w.because, w.changed, decay, w.group].filter((part) => part !== undefined && part !== "").join("; ");
      return [w.trained ? "trained" : "-", w.name, `[${w.shape.join(", ")}]`, w.role ?? "", python, why];
    });
  const table = [["", "tensor", "shape", "role", "in Python", "why"], ...rows];
  const widths = table[0]!.map((_, i) => Math.max(...table.map((row) => row[i]!.length))); // six columns each
  const lines = table.map((row) =>
    row
      .map((cell, i) => (i === row.length - 1 ? cell : cell.padEnd(widths[i]!)))
      .join("  ")
      .trimEnd(),
  );
  const count = weights.filter((w) => w.trained);
  const numbers = count.reduce((n, w) => n + w.shape.reduce((a, b) => a * b, 1), 0);
  return [
    ...lines,
    "",
    `${count.length} of ${weights.length} tensors are trained, ${numbers} numbers.`,
    ...all.map((note) => `Note: ${note}`),
  ].join("\n");
}
