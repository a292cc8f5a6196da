import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { encodeModel } from "../packages/onnx/src/index.ts";
import type { OperatorSetIdProto } from "../packages/onnx/src/proto/index.ts";
import { irrelevant, newExceptionOf, verify } from "../packages/onnx/test/nodes.check.ts";
import { type NodeTest, nodeTests } from "../packages/onnx/test/nodes.ts";
import { apart, run } from "../packages/onnx/test/runtime.ts";
import { hasTestdata } from "../packages/onnx/test/testdata.ts";

const HELP = `Checks the gradients of ONNX's own node tests against differences, and writes packages/onnx/NODES.md.

  .goldens/bin/python goldens/onnx_nodes.py FOLDER      ONNX's tests of the release installed there, into a folder
                                                       (and \`apt-get install libonnx-testdata\`)
  npx tsx --tsconfig tsconfig.test.json tools/onnx-nodes.ts FOLDER`;

/** Why a test cannot be run, by the error of its runtime. */
const lacks: readonly (readonly [error: RegExp, reason: string])[] = [
  [/No Op registered|is not a registered function/, "an operator that ONNX Runtime does not have"],
  [/Unrecognized attribute/, "an attribute that ONNX Runtime does not have"],
  [/Unsupported data type|Tensor\.type is not supported/, "numbers of a type that ONNX Runtime for Node does not take"],
  [
    /Could not find an implementation|attention_helper|CallModImpl/,
    "ONNX Runtime has no kernel for this version, type or form of the operator",
  ],
];

/** The latest operator set that the runtime has. */
const LATEST = 26;

type Outcome = string;

const AGREE = "gradients agree";
const LOWERED = `gradients agree under operator set ${LATEST}, where ONNX Runtime gives the outputs that the test wants`;

async function outcomeOf(one: NodeTest): Promise<Outcome> {
  const message = await failure(one);
  if (message === undefined) return AGREE;
  const known = newExceptionOf(one.name);
  if (known !== undefined) return known;
  const same = opsetOf(one) > LATEST ? lowered(one) : one;
  const later = same === one ? message : await failure(same, true);
  if (later === undefined) return LOWERED;
  const refused = await run(same.bytes, same.feeds).then(() => "", firstLine);
  return lacks.find(([error]) => error.test(refused))?.[1] ?? `fails: ${later}`;
}

const firstLine = (error: unknown): string =>
  String((error as Error).message)
    .split("\n")[0]!
    .slice(0, 300); // of any text

const isDefault = ({ domain = "" }: OperatorSetIdProto): boolean => domain === "" || domain === "ai.onnx";
const opsetOf = ({ model }: NodeTest): number => Number(model.opsetImport?.find(isDefault)?.version ?? 1);

/** The test as one of the latest operator set that the runtime has: most operators only take more types since. */
function lowered(one: NodeTest): NodeTest {
  const opsetImport = one.model.opsetImport?.map((set) => (isDefault(set) ? { ...set, version: BigInt(LATEST) } : set));
  const model = { ...one.model, irVersion: 13n, ...(opsetImport === undefined ? {} : { opsetImport }) };
  return { ...one, model, bytes: encodeModel(model) };
}

/** Why the gradients are not those of differences, or, if `outputs`, why the runtime does not give the outputs that the test wants. */
async function failure(one: NodeTest, outputs = false): Promise<string | undefined> {
  try {
    await verify(one);
    // Where the runtime has no kernel, the gradients' own graph gives the outputs, and they were compared with the test's.
    const found = outputs ? await run(one.bytes, one.feeds).catch(() => undefined) : undefined;
    const off = Object.keys(found ?? {}).filter((name) => !(apart(found?.[name], one.wanted[name]) < 1e-4));
    return off.length === 0 ? undefined : `outputs ${off.join(", ")} differ`;
  } catch (error) {
    return firstLine(error);
  }
}

/** The outcomes of one release's tests, with the tests of each but for those that pass. */
async function table(tests: readonly NodeTest[]): Promise<string> {
  const outcomes = new Map<Outcome, string[]>();
  const relevant = tests.filter((one) => !irrelevant(one));
  for (const one of relevant) {
    const outcome = await outcomeOf(one);
    outcomes.set(outcome, [...(outcomes.get(outcome) ?? []), one.name]);
    if (outcome.startsWith("fails")) console.log(`${one.name}: ${outcome}`);
  }
  const all = [...outcomes].sort((a, b) => b[1].length - a[1].length);
  for (const [outcome, names] of all) console.log(`${names.length} ${outcome}`);
  const rows = all.map(([outcome, names]) => {
    const listed = outcome === AGREE ? "" : names.map((name) => `\`${name.replace(/^test_/, "")}\``).join(" ");
    return `| ${outcome.replaceAll("|", "\\|")} | ${names.length} | ${listed} |`;
  });
  return [
    `Of ${relevant.length} tests, floating numbers go in and come out (${tests.length - relevant.length} others have none, or work on sequences).`,
    ["| outcome | tests | |", "| --- | ---: | --- |", ...rows].join("\n"),
  ].join("\n\n");
}

async function main(folder: string | undefined): Promise<void> {
  if (folder === undefined || !existsSync(`${folder}/node`) || !hasTestdata) {
    console.error(HELP);
    process.exitCode = 1;
    return;
  }
  const page = [
    "# ONNX's own node tests as gradient checks",
    "Written by `tools/onnx-nodes.ts` with onnxruntime-node 1.30 on the CPU. Each gradient of each input is compared with differences, and differentiated once more.",
    `## ONNX ${readFileSync(`${folder}/VERSION`, "utf8").trim()}`,
    await table(nodeTests(folder)),
    "## The older release that Debian packs",
    "These run with every `npm test` where `libonnx-testdata` is installed.",
    await table(nodeTests()),
  ];
  writeFileSync(new URL("../packages/onnx/NODES.md", import.meta.url), `${page.join("\n\n")}\n`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await main(process.argv[2]);
