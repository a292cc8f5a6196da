import type { Finding, FindingName } from "../packages/training/src/index.ts";
import type { Broken } from "../packages/training/test/diagnosed/broken.ts";
import { STEPS, seeds, worlds } from "../packages/training/test/diagnosed/healthy.ts";

/** A broken training with what was found in each run, and in the run without the mistake. */
export interface Named extends Broken {
  readonly runs: readonly { readonly findings: readonly Finding[]; readonly cured: readonly Finding[] | undefined }[];
}

/** When each finding is reported. */
const meaning: Readonly<Record<FindingName, string>> = {
  "vanishing-gradients":
    "for five updates looked at, the gradient per element of the first layer is below 1e-4 of the last one's, and its logarithm rises with depth (correlation above 0.8); four layers at least",
  "exploding-gradients":
    "the same the other way round, above 1e3; or in most of four layers and more the gradient is 1e3 times as long as the weights",
  "no-gradient":
    "the gradient of a kernel is exactly 0 for ten updates looked at while others are not; dead units are named instead",
  frozen: "a parameter with a gradient has not moved at all for five updates looked at while others have",
  "dead-units":
    "more than half of a layer's units put out 0 for all samples of five batches, and no output is negative",
  "saturated-units":
    "in five batches more than half of a layer's units stay within 1 % of the bounds of a sigmoid or tanh for 95 % of the samples",
  "inputs-not-normalized": "the root mean square of the inputs is above 10 over three batches",
  "sorted-data":
    "Pearson's statistic of batches against classes is above five times its degrees of freedom, over eight batches; or 160 labels in eight batches are all the same",
  "misaligned-labels":
    "after 60 updates the loss is that of a guess (the entropy of the labels), and of 256 samples the nearest in the inputs share their label no more often than by chance",
  "rate-too-high":
    "the loss is above twice the first after 30 updates, or not finite, or no better while updates move the weights by a tenth of their norm; and some update moved them by that much",
  "no-warm-up":
    "within ten updates the loss was above twice the first, and by update 30 it is well below it, with smaller updates",
  "too-much-decay":
    "five updates in a row point to 0 (cosine above 0.7), and the weights have lost a fifth of their norm",
  "half-overflow": "an activation or gradient is not finite, and all others are numbers of half precision",
  "not-finite": "an activation or gradient is not finite, and others are not of half precision",
  "loss-spike":
    "the loss is three times its median over 20 updates, twice their highest, and above half of the first; named once",
  divergence: "as `rate-too-high`, with updates that were small or are not known",
  plateau:
    "the loss has not fallen by 0.5 % from 50 updates to the next 50, and is above half of the first; and nothing else explains it",
};

const steps = (findings: readonly Finding[], name: FindingName): string =>
  String(findings.find((one) => one.name === name)?.step ?? "**missed**");

/** DIAGNOSTICS.md. */
export function page(named: readonly Named[], alarms: Readonly<Record<string, readonly string[]>>): string {
  const rows = named.map(({ name, found, within, runs }) => {
    const others = new Set(
      runs.flatMap(({ findings }) => findings.map((one) => one.name)).filter((one) => one !== found),
    );
    const cures = new Set(runs.flatMap(({ cured = [] }) => cured.map((one) => one.name)));
    const cure = runs[0]!.cured === undefined ? "" : cures.size === 0 ? "nothing" : [...cures].join(", ");
    const at = runs.map(({ findings }) => steps(findings, found)).join(", ");
    return `| ${name} | \`${found}\` | ${within} | ${at} | ${[...others].map((one) => `\`${one}\``).join(" ")} | ${cure} |`;
  });
  const text = named.map(({ found, runs }) => {
    const first = runs[0]!.findings.find((one) => one.name === found);
    return first === undefined ? "" : `- ${first.text}`;
  });
  const runs = seeds.length * worlds.length;
  const raised = Object.entries(alarms).flatMap(([name, all]) =>
    all.flatMap((names, i) => (names === "" ? [] : [`- ${name}, run ${i + 1}: ${names}`])),
  );
  return `# The findings of \`diagnose\`

Written by \`npm run diagnostics\`, which breaks trainings on purpose and runs healthy ones. \`npm test\` runs a part of it.

## Broken trainings

A small network of dense layers on four classes, with one mistake each; three seeds. The columns say within how many updates the mistake must be named, at which update each seed's run had it, what else was named up to there, and what is named where the mistake alone is taken out (${STEPS} updates; empty where that is one of the healthy runs below).

| mistake | finding | within | at update | also named | without it |
| --- | --- | ---: | --- | --- | --- |
${rows.join("\n")}

In the words of the first runs:

${text.filter((line) => line !== "").join("\n")}

## Healthy trainings

${Object.keys(alarms).length} optimizers, ${runs} runs of ${STEPS} updates each: ${seeds.length} seeds on classes that overlap, and on classes that hardly do. ${raised.length === 0 ? `No finding in any of the ${runs * Object.keys(alarms).length} runs` : "Findings"}: ${Object.keys(alarms).join(", ")}.
${raised.length === 0 ? "" : `\n${raised.join("\n")}\n`}
## The findings

Weights and gradients are looked at in the first ten updates, in the 25th, and then in two of every 50; losses in all.

| finding | when |
| --- | --- |
${Object.entries(meaning)
  .map(([name, when]) => `| \`${name}\` | ${when} |`)
  .join("\n")}
`;
}
