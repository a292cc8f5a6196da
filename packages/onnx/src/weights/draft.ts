import { readsOf } from "../graph/functions.ts";
import { foldedTag, type Kind, moduleOf, sourceTag, type Tags, tagsOf } from "../graph/tags.ts";
import type { Constant } from "../proto/constant.ts";
import { elemOf, isFloat } from "../proto/elem.ts";
import type { External } from "../proto/external.ts";
import type { GraphProto, ModelProto, NodeProto, TensorProto } from "../proto/model.ts";
import { constantOf } from "../proto/tensor.ts";

/** One thing that `mend` changed. */
export interface Change {
  /**
   * "untied" made one weight two, "tied" two one; "lifted" and "inner" came from Constant nodes and from graphs inside nodes; "gathered"
   * and "restored" undo what an exporter folded.
   */
  readonly kind: "untied" | "tied" | "lifted" | "inner" | "gathered" | "restored";
  /** The initializer that is new, or is gone. */
  readonly name: string;
  /** The one whose numbers it had or has; of one from a graph inside a node ("inner") that node. */
  readonly of: string;
}

/** A place where a node reads a tensor. */
export interface Use {
  readonly node: number;
  readonly input: number;
}

/** A use as a key of maps. */
export const key = ({ node, input }: Use): string => `${node}:${input}`;
/** Whether a tensor could be trained. */
export const isWeight = ({ dataType = 0 }: TensorProto): boolean => {
  const elem = elemOf(dataType);
  return elem !== undefined && isFloat(elem);
};
/** A result's name without its number, as torch.export gives it. */
export const stem = (name: string): string => name.replace(/_\d+$/, "");
/** The name within its module. */
export const last = (name: string): string => name.slice(name.lastIndexOf(".") + 1);
const prefixes = (name: string): string[] => name.split(".").map((_, i, all) => all.slice(0, i + 1).join("."));

/** The target of uses that read a constant of the computation. */
export const constantUse = "";

/** Operators whose second input is a kernel. */
export const kernels: ReadonlySet<string> = new Set(["Conv", "ConvTranspose", "Gemm", "MatMul", "LSTM", "GRU", "RNN"]);

/** A model that is being mended: its nodes and tensors, which may change, and a list of the changes. */
export class Draft {
  readonly model: ModelProto;
  readonly graph: GraphProto;
  readonly tags: Tags;
  /** By place, which uses refer to; a node that is gone leaves its place empty. */
  readonly nodes: (NodeProto | undefined)[];
  readonly initializers: Map<string, TensorProto>;
  readonly outputs: ReadonlySet<string>;
  /** Names that graphs inside nodes read. */
  readonly inner: ReadonlySet<string>;
  /** Transposes of tied tables, which run before everything else. */
  readonly first: NodeProto[] = [];
  readonly changes: Change[] = [];
  /** Tensors that are different pieces of one parameter, though they are equal. */
  readonly pieces: Set<string> = new Set();
  readonly #external: External | undefined;
  readonly #taken: Set<string>;
  readonly #constants = new Map<string, Constant>();
  #modules: Set<string> | undefined;
  #marked = false;
  #owners: Set<string> | undefined;

  constructor(model: ModelProto, graph: GraphProto, external: External | undefined) {
    this.model = model;
    this.graph = graph;
    this.#external = external;
    this.tags = tagsOf(model);
    this.nodes = [...(graph.node ?? [])];
    this.initializers = new Map((graph.initializer ?? []).map((t) => [t.name ?? "", t]));
    this.outputs = new Set((graph.output ?? []).map(({ name = "" }) => name));
    this.inner = new Set((graph.node ?? []).flatMap((node) => readsOf({ ...node, input: [] })));
    this.#taken = new Set([...this.initializers.keys(), ...(graph.input ?? []).map(({ name = "" }) => name)]);
    for (const node of graph.node ?? []) for (const output of node.output ?? []) this.#taken.add(output);
  }

  /** The model as it is now. */
  done(): ModelProto {
    if (this.changes.length === 0 && !this.#marked) return this.model;
    const node = [...this.first, ...this.nodes.filter((n) => n !== undefined)];
    return { ...this.model, graph: { ...this.graph, node, initializer: [...this.initializers.values()] } };
  }

  /** Whether a tensor or value has this name. */
  has(name: string): boolean {
    return this.#taken.has(name);
  }

  /** A free name, which is taken from now on. */
  fresh(name: string): string {
    let as = name;
    for (let n = 1; this.#taken.has(as); n++) as = `${name}.${n}`;
    this.#taken.add(as);
    return as;
  }

  /** The places where weights are read, by weight. */
  uses(): Map<string, Use[]> {
    const uses = new Map<string, Use[]>();
    for (const [n, node] of this.nodes.entries())
      for (const [i, name] of (node?.input ?? []).entries()) {
        const tensor = this.initializers.get(name);
        // An adapter's tensors have names of their own, and are never stored twice.
        if (tensor === undefined || !isWeight(tensor) || this.tags.adapters.has(name)) continue;
        const all = uses.get(name);
        if (all === undefined) uses.set(name, [{ node: n, input: i }]);
        else all.push({ node: n, input: i });
      }
    return uses;
  }

  /** Gives one use another tensor. */
  rewire({ node, input }: Use, to: string): void {
    const before = this.nodes[node];
    if (before === undefined) return;
    const inputs = [...(before.input ?? [])];
    inputs[input] = to;
    this.nodes[node] = { ...before, input: inputs };
  }

  /** The parameters that a tensor of the file, or one that was set apart, is from. */
  sources(name: string): readonly string[] {
    const tensor = this.initializers.get(name);
    const made = tagsOf({ graph: { initializer: tensor === undefined ? [] : [tensor] } }).sources.get(name);
    return made ?? this.tags.sources.get(name) ?? [];
  }

  /** Gives these uses a tensor of their own with the same numbers, named after the parameter `target`. */
  copy(name: string, target: string, uses: readonly Use[]): void {
    const tensor = this.initializers.get(name);
    if (tensor === undefined) return;
    if (target === constantUse) {
      const { metadataProps: _, ...bare } = tensor;
      const own = this.fresh(`${name}.constant`);
      this.initializers.set(own, { ...bare, name: own });
      for (const use of uses) this.rewire(use, own);
      this.changes.push({ kind: "untied", name: own, of: name });
      return;
    }
    const original = (this.tags.sources.get(name) ?? [name])[0] === name;
    const targets = target.split("\n");
    const as = this.fresh(original ? target : `${targets[0]}/${name}`);
    const kinds = targets.map((one) => this.tags.kinds.get(one));
    const kind: Kind | undefined = kinds.find((k) => k === "parameter") ?? kinds[0];
    const computed = this.tags.made.get(name) === "computed";
    this.initializers.set(as, {
      ...tensor,
      name: as,
      metadataProps: computed ? foldedTag(targets) : sourceTag(targets, kind),
    });
    for (const use of uses) this.rewire(use, as);
    this.changes.push({ kind: "untied", name: as, of: name });
  }

  /** Records that a tensor was computed from its sources, so that it stands for none of them. */
  computed(name: string): void {
    const tensor = this.initializers.get(name);
    if (tensor === undefined) return;
    this.initializers.set(name, { ...tensor, metadataProps: foldedTag(this.sources(name)) });
    this.#marked = true;
  }

  /** The numbers of a tensor, read once. */
  constant(name: string): Constant | undefined {
    const known = this.#constants.get(name);
    if (known !== undefined) return known;
    const tensor = this.initializers.get(name);
    if (tensor === undefined) return undefined;
    const value = constantOf(tensor, this.#external);
    this.#constants.set(name, value);
    return value;
  }

  /** The module's path without the number of its call: PyTorch writes `shared_1` where `shared` is called again. */
  called(module: string): string {
    this.#modules ??= new Set(
      this.nodes.flatMap((n) => (n === undefined ? [] : (moduleOf(n) ?? []))).flatMap(prefixes),
    );
    this.#owners ??= new Set([...this.initializers.keys()].flatMap(prefixes));
    const parts: string[] = [];
    for (const part of module.split(".")) {
      const bare = part.replace(/_\d+$/, "");
      const here = [...parts, part].join(".");
      const again = bare !== part && !this.#owners.has(here) && this.#modules.has([...parts, bare].join("."));
      parts.push(again ? bare : part);
    }
    return parts.join(".");
  }
}
