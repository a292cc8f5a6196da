import type { Outcome, Verdict } from "./follow.ts";

const marks: Readonly<Record<Verdict, string>> = {
  exact: "exact",
  explained: "explained",
  differs: "**differs**",
  "no parameter": "**trains more**",
  refused: "refused",
};

/** The outcomes as a page: one row for each model and mode, one column for each way to export it, and the reasons below. */
export function markdown(outcomes: ReadonlyMap<string, Outcome>): string {
  const verdicts = Object.keys(marks) as Verdict[]; // its keys
  const counts = verdicts.map((v) => `${[...outcomes.values()].filter((o) => o.verdict === v).length} ${v}`);
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
    "Written by `npm run corpus -- FOLDER --write`; `goldens/onnx/corpus.py FOLDER` writes the files.",
    "Each model is exported in train and eval mode by `torch.onnx.export` as it comes (dynamo), with `optimize=False` (raw), with " +
      "`dynamo=False` (legacy) and with training mode kept and nothing folded (kept), and trained here with default options. It is " +
      "exact where the loss, every gradient (1e-4 of the tensor's largest) and the losses of ten steps of AdamW (1e-4) are PyTorch's; " +
      "explained where the loss is right and the report says why others than PyTorch's parameters are trained. Empty cells are " +
      "files that PyTorch does not write.",
    `${outcomes.size} files: ${counts.join(", ")}.`,
    ["| model | mode | dynamo | raw | legacy | kept |", "| --- | --- | --- | --- | --- | --- |", ...rows].join("\n"),
    ...(reasons.length === 0 ? [] : [`## Others\n\n${reasons.join("\n")}`]),
  ]
    .join("\n\n")
    .concat("\n");
}
