import { names, OnnxError } from "../errors.ts";
import type { Graph } from "./graph.ts";
import { int, type Node } from "./node.ts";

/** The statistics that a BatchNormalization normalises by while it trains: the batch's, or the running ones as they are. */
export type BatchNormMode = "batch" | "frozen";

/** How BatchNormalizations train: all in one way, or those named, by the name of their scale: { "bn1.weight": "batch" }. */
export type BatchNorm = BatchNormMode | Readonly<Record<string, BatchNormMode>>;

const isMode = (x: unknown): boolean => x === "batch" || x === "frozen";
/** Whether this says how BatchNormalizations train. */
export const isBatchNorm = (x: unknown): boolean =>
  isMode(x) || (typeof x === "object" && x !== null && !Array.isArray(x) && Object.values(x).every(isMode));

/** The BatchNormalizations of a model while it is imported. */
export class BatchNorms {
  readonly #wanted: BatchNorm | undefined;
  readonly #torch: boolean;
  readonly #scales = new Set<string>();

  /** `torch` says that PyTorch wrote the file, so that its training mode is PyTorch's. */
  constructor(wanted: BatchNorm | undefined, torch: boolean) {
    this.#wanted = wanted;
    this.#torch = torch;
  }

  /**
   * The node in the mode that was asked for, or else in that of Python where the file tells it (`traced`). In batch mode it moves
   * its running statistics as PyTorch does, by the sample variance.
   */
  normalized(graph: Graph, node: Node, traced: BatchNormMode | undefined): Node {
    const [, scale = "", , , variance = ""] = node.inputs;
    this.#scales.add(scale);
    const wanted = this.#wanted;
    const asked = typeof wanted === "object" ? (Object.hasOwn(wanted, scale) ? wanted[scale] : undefined) : wanted;
    const mode = asked ?? traced;
    const training = int(node, "training_mode", 0) === 1;
    const batch = mode === undefined ? training : mode === "batch";
    if (batch && (mode !== undefined || this.#torch)) graph.sampled.add(variance);
    if (batch === training) return node;
    const { training_mode: _, ...attributes } = node.attributes;
    if (!batch) return { ...node, outputs: node.outputs.slice(0, 1), attributes };
    return { ...node, attributes: { ...attributes, training_mode: { kind: "int", value: 1 } } };
  }

  /** Throws where a layer was named that the model does not have. */
  finish(): void {
    const wanted = typeof this.#wanted === "object" ? Object.keys(this.#wanted) : [];
    const unknown = wanted.filter((name) => !this.#scales.has(name));
    if (unknown.length === 0) return;
    const has = this.#scales.size === 0 ? "The model has none" : `Their scales are ${names(this.#scales)}`;
    throw new OnnxError(`\`batchNorm\` names ${names(unknown)}, and no BatchNormalization has such a scale. ${has}.`);
  }
}
