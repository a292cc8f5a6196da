import { OptimizerError } from "@descent/core";
import { isRecord, shown } from "@descent/core/adapter";
import { decodeModel, type External, type Graph, importModel, type ModelProto, mend } from "@descent/onnx";
import { modelOf } from "@descent/onnx/graph";

/** A model: the bytes of an .onnx file, what `decodeModel` returns, or a graph. */
export type Model = Uint8Array | ModelProto | Graph;

/** A model in both forms that are needed: the file, which is changed, and the graph, which says what its nodes are. */
export interface Read {
  /** One tensor for each weight. */
  readonly model: ModelProto;
  /** With the nodes of the file: nothing is folded. */
  readonly graph: Graph;
  readonly opset: number;
}

/** Options of reading a model. */
interface Reading {
  readonly prefix?: string | undefined;
  readonly external?: External | undefined;
}

/** Throws unless they are what they should be. */
export function checkReading(where: string, { prefix, external }: Reading): void {
  if (prefix !== undefined && typeof prefix !== "string")
    throw new OptimizerError(
      `\`${where}\`: \`prefix\` must be the name under which a wrapper holds the model, such as "model"; got ${shown(prefix)}.`,
    );
  if (external !== undefined && typeof external !== "function")
    throw new OptimizerError(
      `\`${where}\`: \`external\` must be a function (location, offset, length) => bytes; got ${shown(external)}.`,
    );
}

const isGraph = (x: unknown): x is Graph => isRecordLike(x) && "nodes" in x && "initializers" in x;
const isModel = (x: unknown): x is ModelProto => isRecord(x) && "graph" in x;
const isRecordLike = (x: unknown): x is object => typeof x === "object" && x !== null;

/** The first operator set in which the nodes that are added are what they are now. */
const oldest = 13;

/** Reads a model; throws if it is not a model, or is too old for nodes of today. */
export function read(where: string, model: Model, external: External | undefined): Read {
  const given: unknown = model;
  const file =
    given instanceof Uint8Array
      ? decodeModel(given)
      : isGraph(given)
        ? modelOf(given)
        : isModel(given)
          ? given
          : undefined;
  if (file === undefined)
    throw new OptimizerError(
      `\`${where}\` takes a model: the bytes of an .onnx file, what decodeModel() or importModel() returns; got ${shown(given)}.`,
    );
  const { model: mended } = mend(file, external ? { external } : {});
  const opset = Number(
    mended.opsetImport?.find(({ domain = "" }) => domain === "" || domain === "ai.onnx")?.version ?? 1,
  );
  if (opset < oldest)
    throw new OptimizerError(
      `The model has operator set ${opset}, and adapters are written in set ${oldest} or later. Upgrade it first: ${where}(exportModel(importModel(model)), …).`,
    );
  const graph = importModel(mended, { fold: false, ...(external ? { external } : {}) });
  return { model: mended, graph, opset };
}
