import type { Outcome, Verdict } from "./follow.ts";

const marks: Readonly<Record<Verdict, string>> = {
  exact: "exact",
  explained: "explained",
  differs: "**differs**",
  "no parameter": "**trains more**",
  refused: "refused",
};

/** Facts about a run. */
interface Made {
  readonly torch: string;
  /** The hash of the code that decides on outcomes. */
  readonly code: string;
  /** How many models goldens/onnx lists. */
  readonly cases: number;
}

/** The outcomes as a page: one row for each model and mode, one column for each way to export it, and the reasons below. */
export function markdown(outcomes: ReadonlyMap<string, Outcome>, { torch, code, cases }: Made): string {
  const verdicts = Object.keys(marks) as Verdict[]; // its keys
  const counts = verdicts.map((v) => `${[...outcomes.values()].filter((o) => o.verdict === v).length} ${v}`);
  const all = [...outcomes.values()];
  const sum = (of: (outcome: Outcome) => number): number => all.reduce((n, outcome) => n + of(outcome), 0);
  const placed = sum((o) => (o.verdict === "explained" ? o.foreign : 0));
  const percent = ((100 * sum((o) => (/^ex/.test(o.verdict) ? 1 : 0))) / all.length).toFixed(1);
  const models = new Set([...outcomes.keys()].map((key) => key.replace(/\.\w+\.\w+$/, ""))).size;
  const exporters = ["dynamo", "raw", "legacy", "kept"];
  const rows = [...new Set([...outcomes.keys()].map((key) => key.replace(/\.[^.]+$/, "")))].map((stem) => {
    const cells = exporters.map((exporter) => {
      const outcome = outcomes.get(`${stem}.${exporter}`);
      return outcome === undefined ? "" : marks[outcome.verdict];
    });
    return `| ${stem.replace(/\.(train|eval)$/, " | $1")} | ${cells.join(" | ")} |`;
  });
  const reasons = [...outcomes]
    .filter(([, { verdict }]) => verdict !== "exact" && verdict !== "explained")
    .map(([key, { verdict, detail }]) => `- \`${key}\` ${verdict}: ${detail.replaceAll("|", "\\|").slice(0, 240)}`);
  return [
    "# Models exported by PyTorch",
    `Written by \`npm run corpus -- FOLDER --write\`; \`goldens/onnx/corpus.py FOLDER\` writes the files. Every row is of one version of this code (hash ${code} of the sources of core, arrays, onnx, onnxruntime and tools/corpus), and of PyTorch ${torch}.`,
    "Models are exported in train and eval mode (a mode without a row was not exported) by `torch.onnx.export` as it comes (dynamo), with `optimize=False` (raw), with " +
      "`dynamo=False` (legacy) and with training mode kept and nothing folded (kept), and trained here with default options. A file is " +
      "exact where the loss (1e-4), every gradient (1e-4 of the parameter's largest), the losses of ten steps of AdamW (1e-4) and every " +
      "parameter after them (1e-3 of its largest move) are PyTorch's. Where rounding alone takes PyTorch further than that (its float32 " +
      "from its float64 and, for images, from its own in channels last, and the ten steps also from six runs whose parameters begin 1e-6 aside), as in gradients that are zero but " +
      "for rounding, four times that distance is allowed, and where float64 differs from it by a tenth and more also the rounding of the " +
      "model's largest gradient (2^-24 of it); for parameters after ten steps at least four times the median. A file is explained " +
      "where the report says which parameters the exporter folded, merged or computed others from (or that it does not write " +
      "`detach()`, or that a tensor is trained for its place in an operator alone), the loss is right unless the report says that it differs, and so is the gradient of every parameter that the file " +
      "still has, those aside of which the report says that a part is missing or another's. Empty cells are files that PyTorch does not write.",
    `${models} models${cases > models ? ` of the ${cases} that goldens/onnx lists` : ""}, ${outcomes.size} files: ${counts.join(", ")}. ` +
      `${percent} % are exact or explained. Of ${sum((o) => o.trained)} tensors that are trained, ${sum((o) => o.foreign)} hold no parameter${placed === 0 ? "" : `, ${placed} of them for their place alone, as the report says`}.`,
    ["| model | mode | dynamo | raw | legacy | kept |", "| --- | --- | --- | --- | --- | --- |", ...rows].join("\n"),
    ...(reasons.length === 0 ? [] : [`## Others\n\n${reasons.join("\n")}`]),
  ]
    .join("\n\n")
    .concat("\n");
}
