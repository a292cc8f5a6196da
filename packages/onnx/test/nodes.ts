import { existsSync, readdirSync, readFileSync } from "node:fs";
import { decodeModel, type ModelProto } from "../src/index.ts";
import { type Constant, constantOf, decodeTensor, type ValueInfoProto } from "../src/proto/index.ts";
import { testdata } from "./testdata.ts";

/** One of ONNX's own backend tests: a model, what it is fed and what it must give. */
export interface NodeTest {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly model: ModelProto;
  readonly feeds: Readonly<Record<string, Constant>>;
  readonly wanted: Readonly<Record<string, Constant>>;
}

/** The tests with tensors only: this package does not cover sequences, optionals or the training operators. */
export function nodeTests(root: string = testdata): NodeTest[] {
  const folders = ["node", "simple", "pytorch-converted", "pytorch-operator"].map((name) => `${root}/${name}`);
  return folders
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder).flatMap((name) => read(folder, name) ?? []));
}

function read(folder: string, name: string): NodeTest | undefined {
  const data = `${folder}/${name}/test_data_set_0`;
  if (!existsSync(data)) return undefined;
  const bytes = readFileSync(`${folder}/${name}/model.onnx`);
  const model = decodeModel(bytes);
  const weights = new Set(model.graph?.initializer?.map((t) => t.name));
  const inputs = (model.graph?.input ?? []).filter((input) => !weights.has(input.name));
  const outputs = model.graph?.output ?? [];
  const training = model.opsetImport?.some(({ domain }) => domain === "ai.onnx.preview.training");
  const sequences = model.graph?.node?.some(
    ({ opType = "" }) => /Sequence|Optional/.test(opType) && opType !== "ReverseSequence",
  );
  if (training || sequences || [...inputs, ...outputs].some(({ type }) => type?.tensorType === undefined))
    return undefined;
  const tensors = (list: readonly ValueInfoProto[], kind: string): Record<string, Constant> =>
    Object.fromEntries(
      list.flatMap(({ name: of = "" }, i) => {
        const file = `${data}/${kind}_${i}.pb`;
        return existsSync(file) ? [[of, constantOf(decodeTensor(readFileSync(file)))]] : [];
      }),
    );
  return { name, bytes, model, feeds: tensors(inputs, "input"), wanted: tensors(outputs, "output") };
}
