import { existsSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { irrelevant, newExceptionOf, verify } from "../packages/onnx/test/nodes.check.ts";
import { type NodeTest, nodeTests } from "../packages/onnx/test/nodes.ts";

const HELP = `Checks the gradients of ONNX's own node tests against differences, and writes packages/onnx/NODES.md.

  .goldens/bin/python goldens/onnx_nodes.py FOLDER      ONNX's tests of the release installed there, into a folder
  npx tsx --tsconfig tsconfig.test.json tools/onnx-nodes.ts FOLDER`;

/** Errors of a runtime that does not know an operator, or its operator set, yet. */
const newer =
  /attention_helper|opset \d+ is under development|is not a registered function|Could not find an implementation|NOT_IMPLEMENTED|Unrecognized attribute|TypeInferenceError|INVALID_GRAPH|Unsupported model IR version/i;

/** The latest operator set that the runtime has. */
const LATEST = 26;

type Outcome = "gradients agree" | "needs a newer runtime" | string;

async function outcomeOf(one: NodeTest): Promise<Outcome> {
  try {
    await verify(one);
    return "gradients agree";
  } catch (error) {
    const { message } = error as Error;
    const known = newExceptionOf(one.name);
    if (known !== undefined) return known;
    const opset = Number(one.model.opsetImport?.find(({ domain = "" }) => domain === "")?.version ?? 1);
    const preview = one.model.opsetImport?.some(({ domain = "" }) => domain.endsWith(".preview"));
    if (newer.test(message) || opset > LATEST || preview) return "needs a newer runtime";
    return `fails: ${message.split("\n")[0]?.slice(0, 300)}`;
  }
}

/** The table of outcomes, with the tests of each but for those that pass. */
function markdown(outcomes: ReadonlyMap<Outcome, readonly string[]>, irrelevants: number): string {
  const all = [...outcomes].sort((a, b) => b[1].length - a[1].length);
  const total = all.reduce((sum, [, names]) => sum + names.length, 0);
  const rows = all.map(([outcome, names]) => {
    const listed =
      outcome === "gradients agree" ? "" : names.map((name) => `\`${name.replace(/^test_/, "")}\``).join(" ");
    return `| ${outcome.replaceAll("|", "\\|")} | ${names.length} | ${listed} |`;
  });
  return [
    "# ONNX's own node tests as gradient checks",
    "Written by `tools/onnx-nodes.ts` from the node tests that ONNX 1.23 generates, with onnxruntime-node 1.30 on the CPU.",
    `Of ${total} tests in which floating numbers go in and come out (${irrelevants} others have none, or work on sequences), each ` +
      "gradient of each input is compared with differences, and differentiated once more.",
    ["| outcome | tests | |", "| --- | ---: | --- |", ...rows].join("\n"),
  ]
    .join("\n\n")
    .concat("\n");
}

async function main(folder: string | undefined): Promise<void> {
  if (folder === undefined || !existsSync(`${folder}/node`)) {
    console.error(HELP);
    process.exitCode = 1;
    return;
  }
  const tests = nodeTests(folder);
  const outcomes = new Map<Outcome, string[]>();
  const relevant = tests.filter((one) => !irrelevant(one));
  for (const one of relevant) {
    const outcome = await outcomeOf(one);
    outcomes.set(outcome, [...(outcomes.get(outcome) ?? []), one.name]);
    if (outcome.startsWith("fails")) console.log(`${one.name}: ${outcome}`);
  }
  const file = new URL("../packages/onnx/NODES.md", import.meta.url);
  writeFileSync(file, markdown(outcomes, tests.length - relevant.length));
  for (const [outcome, names] of outcomes) console.log(`${names.length} ${outcome}`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await main(process.argv[2]);
