import { check, model as wantedModel } from "../../check.ts";
import { OnnxError } from "../../errors.ts";
import { decodeModel, type GraphProto, type ModelProto } from "../../proto/model.ts";
import { fold, prune } from "../fold.ts";
import { Graph } from "../graph.ts";
import { markPadding, markStops } from "../stops.ts";
import { straightThrough } from "../straight.ts";
import { tagsOf } from "../tags.ts";
import { own } from "./attributes.ts";
import { Importer } from "./importer.ts";
import { checkImportOptions, type ImportOptions } from "./options.ts";

/** The operator set graphs are brought to: the first with every operator the gradients are made of. */
const targetOpset = 20;

/** The first operator set whose DequantizeLinear has scales for blocks. */
const blockedOpset = 21;

/**
 * A graph from a model: functions inlined, constants lifted out of their nodes, old operators upgraded (opset 20, or the
 * model's own if it is newer), every type inferred, shape arithmetic folded. Weights keep their names and are not folded.
 */
export function importModel(source: Uint8Array | ModelProto, options: ImportOptions = {}): Graph {
  check("What is imported", source, wantedModel);
  checkImportOptions(options);
  const model = source instanceof Uint8Array ? decodeModel(source) : source;
  const proto = model.graph;
  if (proto === undefined) throw new OnnxError("The model has no graph.");
  const opsets = new Map(
    (model.opsetImport ?? []).map(({ domain = "", version = 1 }) => [own(domain), Number(version)]),
  );
  const from = opsets.get("") ?? 1;
  const blocks = [proto, ...(model.functions ?? [])].some(inBlocks);
  const graph = new Graph(Math.max(targetOpset, from, blocks ? blockedOpset : 0));
  for (const [domain, version] of opsets) if (domain !== "") graph.domains.set(domain, version);
  graph.tags = tagsOf(model);
  const importer = new Importer(model, options);
  importer.fill(graph, proto, opsets);
  if (graph.tags.kinds.size === 0 && graph.tags.naming !== "descent")
    for (const name of straightThrough(graph)) graph.stops.add(name);
  markStops(graph, options.stopGradient ?? []);
  markPadding(graph, options.paddingIdx ?? {});
  if (options.fold ?? true) {
    fold(graph);
    prune(graph);
  }
  return graph;
}

/** Whether there are weights in blocks of a few bits, which opset 21 has operators for, in a graph or in those inside its nodes. */
function inBlocks({ node = [] }: Pick<GraphProto, "node">): boolean {
  return node.some(
    ({ domain, opType, attribute = [] }) =>
      (domain === "com.microsoft" && (opType === "MatMulNBits" || opType === "QMoE")) ||
      attribute.some((a) => (a.g === undefined ? (a.graphs ?? []) : [a.g]).some(inBlocks)),
  );
}
