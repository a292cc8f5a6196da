import { check, checkOptions, func, model as wantedModel } from "../check.ts";
import { names, OnnxError } from "../errors.ts";
import { readsOf } from "../graph/functions.ts";
import { foldedTag, type Kind, moduleOf, references, sourceTag, type Tags, tagsOf, tracedOf } from "../graph/tags.ts";
import type { Constant } from "../proto/constant.ts";
import { elemOf, isFloat } from "../proto/elem.ts";
import type { External } from "../proto/external.ts";
import { decodeModel, type GraphProto, type ModelProto, type NodeProto, type TensorProto } from "../proto/model.ts";
import { constantOf, tensorOf } from "../proto/tensor.ts";
import { equal, repeated, same, transposed, uniform } from "./values.ts";

/** Options of `mend`. */
export interface MendOptions {
  /**
   * Tensors to train as one: groups of names, each equal to the first of its group or its transpose. Those that the file shows to
   * be one weight stored twice are tied anyway; `false` leaves them apart.
   */
  readonly tie?: readonly (readonly string[])[] | false | undefined;
  /**
   * Tensors to split, so that each layer that reads one gets a copy of its own. Those that the file shows to be several
   * weights that were equal when exported are split anyway; `false` splits none.
   */
  readonly untie?: readonly string[] | false | undefined;
  /** Outputs of `Constant` nodes to treat as weights. By default all of them where the model has no initializer that could be one. */
  readonly lift?: readonly string[] | undefined;
  /** Reads the files in which large models store their tensors. */
  readonly external?: External | undefined;
}

/** One thing that `mend` changed. */
export interface Change {
  readonly kind: "untied" | "tied" | "lifted" | "gathered" | "restored";
  /** The initializer that is new, or is gone. */
  readonly name: string;
  /** The one whose numbers it had or has. */
  readonly of: string;
}

/** The model whose weights are those that were trained in Python, and how it differs from the file. */
export interface Mended {
  readonly model: ModelProto;
  readonly changes: readonly Change[];
}

/**
 * The model with one initializer for each weight: tensors that an exporter merged because they were equal are apart again, and
 * one weight that it stored twice, as a table and its folded transpose, is one. Numbers stay views of the file.
 */
export function mend(source: Uint8Array | ModelProto, options: MendOptions = {}): Mended {
  check("The model that is mended", source, wantedModel);
  const isNames = (x: unknown): boolean => Array.isArray(x) && x.every((n) => typeof n === "string");
  checkOptions("mend", options, {
    tie: {
      want: 'false, or groups of names: [["embed.weight", "head.weight"]]',
      fits: (x) => x === false || (Array.isArray(x) && x.every(isNames)),
    },
    untie: { want: "false, or a list of names", fits: (x) => x === false || isNames(x) },
    lift: { want: "a list of names", fits: isNames },
    external: func,
  });
  const model = source instanceof Uint8Array ? decodeModel(source) : source;
  if (model.graph === undefined) return { model, changes: [] };
  const mender = new Mender(model, model.graph, options);
  return mender.mended();
}

/** The nodes that one call of PyTorch became, and the parameters that it was given. */
interface Call {
  readonly target: string;
  readonly wanted: ReadonlySet<string>;
  readonly uses: (Use & { readonly name: string })[];
  readonly nodes: number[];
  /** Whether it is given a value that the file does not compute: a tensor that was folded. */
  readonly folded: boolean;
}

/** A place where a node reads a tensor. */
interface Use {
  readonly node: number;
  readonly input: number;
}

const isWeight = ({ dataType = 0 }: TensorProto): boolean => {
  const elem = elemOf(dataType);
  return elem !== undefined && isFloat(elem);
};
const last = (name: string): string => name.slice(name.lastIndexOf(".") + 1);

class Mender {
  readonly #model: ModelProto;
  readonly #graph: GraphProto;
  readonly #options: MendOptions;
  readonly #tags: Tags;
  readonly #nodes: (NodeProto | undefined)[];
  readonly #initializers: Map<string, TensorProto>;
  readonly #taken: Set<string>;
  readonly #outputs: ReadonlySet<string>;
  /** Names that graphs inside nodes read. */
  readonly #inner: ReadonlySet<string>;
  /** Transposes of tied tables, which run before everything else. */
  readonly #first: NodeProto[] = [];
  /** For uses whose call names a parameter: that parameter. */
  readonly #targets = new Map<string, string>();
  readonly #changes: Change[] = [];
  readonly #constants = new Map<string, Constant>();

  constructor(model: ModelProto, graph: GraphProto, options: MendOptions) {
    this.#model = model;
    this.#graph = graph;
    this.#options = options;
    this.#tags = tagsOf(model);
    this.#nodes = [...(graph.node ?? [])];
    this.#initializers = new Map((graph.initializer ?? []).map((t) => [t.name ?? "", t]));
    this.#outputs = new Set((graph.output ?? []).map(({ name = "" }) => name));
    this.#inner = new Set((graph.node ?? []).flatMap((node) => readsOf({ ...node, input: [] })));
    this.#taken = new Set([...this.#initializers.keys(), ...(graph.input ?? []).map(({ name = "" }) => name)]);
    for (const node of graph.node ?? []) for (const output of node.output ?? []) this.#taken.add(output);
  }

  mended(): Mended {
    this.#lift();
    if (this.#options.untie !== false) {
      this.#passed();
      this.#untie();
      for (const name of this.#options.untie ?? []) this.#apart(name);
    }
    if (this.#options.tie !== false) {
      this.#tie();
      for (const group of this.#options.tie ?? []) this.#together(group);
    }
    this.#gather();
    if (this.#changes.length === 0) return { model: this.#model, changes: [] };
    const node = [...this.#first, ...this.#nodes.filter((n) => n !== undefined)];
    const graph = { ...this.#graph, node, initializer: [...this.#initializers.values()] };
    return { model: { ...this.#model, graph }, changes: this.#changes };
  }

  /** Weights in Constant nodes become initializers. */
  #lift(): void {
    const { lift } = this.#options;
    const wanted = new Set(lift);
    const none = ![...this.#initializers.values()].some((t) => isWeight(t) && (t.dims ?? []).length > 1);
    for (const [i, node] of this.#nodes.entries()) {
      const output = node?.output?.[0] ?? "";
      if (node?.opType !== "Constant" || (node.domain ?? "") !== "" || this.#outputs.has(output)) continue;
      const tensor = node.attribute?.find((a) => a.name === "value")?.t;
      const named = wanted.delete(output);
      const sized = (tensor?.dims ?? []).reduce<number>((n, d) => n * Number(d), 1) > 1;
      if (!named && !(none && sized && tensor !== undefined && isWeight(tensor))) continue;
      if (tensor === undefined)
        throw new OnnxError(`\`${output}\` is a Constant without a tensor, and cannot be trained.`);
      this.#nodes[i] = undefined;
      this.#initializers.set(output, { ...tensor, name: output });
      this.#changes.push({ kind: "lifted", name: output, of: output });
    }
  }

  /** An Identity of a weight is PyTorch's older exporter's way to store equal weights once. */
  #passed(): void {
    const { producerName } = this.#model;
    if (producerName !== "pytorch" || this.#tags.kinds.size > 0) return;
    const modules = new Map<string, string>();
    const data = new Set(this.#nodes.flatMap((n) => (kernels.has(n?.opType ?? "") ? (n?.input?.[0] ?? []) : [])));
    for (const node of this.#nodes)
      for (const name of node?.opType === "Identity" ? [] : (node?.input ?? []))
        if (node !== undefined && !modules.has(name)) modules.set(name, moduleOf(node) ?? "");
    const reader = (name: string): string | undefined => modules.get(name) || undefined;
    for (const [i, node] of this.#nodes.entries()) {
      const [from = ""] = node?.input ?? [];
      const [to = ""] = node?.output ?? [];
      const tensor = this.#initializers.get(from);
      if (node?.opType !== "Identity" || !/^Identity_\d+$/.test(node.name ?? "") || tensor === undefined) continue;
      if (!isWeight(tensor) || this.#outputs.has(to)) continue;
      // A weight that gets a name of the exporter's is moved without effect; numbers that all are the same may be another's.
      const value = this.#constant(from);
      if (to.startsWith("onnx::") && !from.startsWith("onnx::") && value !== undefined && !uniform(value)) continue;
      // A table that layers read as their data is one, whichever layer reads it.
      if (to.startsWith("onnx::") && data.has(to)) continue;
      // Two calls of one module read one weight.
      const [one, other] = [reader(from), reader(to)];
      if (
        to.startsWith("onnx::") &&
        one !== undefined &&
        other !== undefined &&
        this.#called(one) === this.#called(other)
      )
        continue;
      this.#nodes[i] = undefined;
      this.#initializers.set(to, { ...tensor, name: to });
      this.#changes.push({ kind: "untied", name: to, of: from });
    }
  }

  #uses(): Map<string, Use[]> {
    const uses = new Map<string, Use[]>();
    for (const [n, node] of this.#nodes.entries())
      for (const [i, name] of (node?.input ?? []).entries()) {
        const tensor = this.#initializers.get(name);
        if (tensor === undefined || !isWeight(tensor)) continue;
        const all = uses.get(name);
        if (all === undefined) uses.set(name, [{ node: n, input: i }]);
        else all.push({ node: n, input: i });
      }
    return uses;
  }

  /** Each use is given the parameter that its call of PyTorch names, and a tensor that serves several is set apart. */
  #untie(): void {
    const { kinds } = this.#tags;
    if (kinds.size === 0) return;
    this.#move();
    this.#aim();
    for (const [name, uses] of this.#uses()) {
      const own = this.#tags.sources.get(name)?.[0] ?? name;
      const byTarget = new Map<string, Use[]>();
      for (const use of uses) {
        const target = this.#targets.get(key(use)) ?? own;
        const all = byTarget.get(target);
        if (all === undefined) byTarget.set(target, [use]);
        else all.push(use);
      }
      if (byTarget.size < 2) continue;
      const keeps = byTarget.has(own) ? own : [...byTarget.keys()][0];
      for (const [target, its] of byTarget) if (target !== keeps) this.#copy(name, target, its);
    }
    this.#part();
  }

  /**
   * Layers that were equal and read the same value are one node: where a call names the result of another layer than it is given, and
   * the parameters of just one layer beside it are in no tensor, that layer gets a node of its own.
   */
  #part(): void {
    const gone = new Set(this.#tags.merged);
    if (gone.size === 0) return;
    const { placeholders } = this.#tags;
    const makers = new Map<string, NodeProto>();
    const values = new Set((this.#graph.input ?? []).map(({ name = "" }) => name));
    for (const node of this.#nodes)
      for (const output of node?.output ?? []) {
        values.add(output);
        if (node !== undefined) makers.set(output, node);
      }
    const stem = (name: string): string => name.replace(/_\d+$/, "");
    const made = new Map<string, string>();
    for (const [n, node] of this.#nodes.entries()) {
      const traced = node === undefined ? undefined : tracedOf(node);
      if (node === undefined || traced === undefined) continue;
      const given = references(traced);
      const lost = given.filter((name) => !placeholders.has(name) && !values.has(name));
      for (const [i, name] of (node.input ?? []).entries()) {
        const maker = makers.get(name);
        const result = lost.find((one) => stem(one) === stem(name));
        if (maker === undefined || result === undefined || given.includes(name)) continue;
        const as = made.get(result) ?? this.#layer(maker, result, gone);
        if (as === undefined) continue;
        made.set(result, as);
        this.#rewire({ node: n, input: i }, as);
      }
    }
  }

  /** The layer beside that of a node, with parameters of its own that have the same numbers; its result. */
  #layer(node: NodeProto, result: string, gone: Set<string>): string | undefined {
    const module = moduleOf(node) ?? "";
    const own = (node.input ?? []).filter((name) => name.startsWith(`${module}.`) && this.#initializers.has(name));
    const parent = module.slice(0, module.length - last(module).length);
    const others = [...gone]
      .filter((name) => name.startsWith(parent) && last(name) === last(own[0] ?? ""))
      .map((name) => name.slice(0, -last(name).length - 1))
      .filter((other) => last(other).length + parent.length === other.length)
      .filter((other) => own.every((name) => gone.has(`${other}.${last(name)}`)));
    const [other, ...more] = others;
    if (own.length === 0 || (node.output ?? []).length !== 1 || other === undefined || more.length > 0)
      return undefined;
    const input = (node.input ?? []).map((name) => {
      const tensor = this.#initializers.get(name);
      if (!own.includes(name) || tensor === undefined) return name;
      const as = this.#fresh(`${other}.${last(name)}`);
      gone.delete(as);
      this.#initializers.set(as, { ...tensor, name: as, metadataProps: sourceTag([as], "parameter") });
      this.#changes.push({ kind: "untied", name: as, of: name });
      return as;
    });
    const { metadataProps: _, ...bare } = node;
    const output = this.#fresh(result);
    this.#nodes.push({ ...bare, name: `/${other.replaceAll(".", "/")}/${result}`, input, output: [output] });
    return output;
  }

  /** A node that moves a weight's numbers, and that the exporter made once for several modules, is made once for each. */
  #move(): void {
    const readers = new Map<string, number[]>();
    const read = (n: number, node: NodeProto): void => {
      for (const name of new Set(node.input)) readers.set(name, [...(readers.get(name) ?? []), n]);
    };
    const moved = new Set<string>();
    for (const [n, node] of this.#nodes.entries()) {
      if (node === undefined) continue;
      read(n, node);
      const [from = "", ...options] = node.input ?? [];
      const tensor = this.#initializers.get(from);
      const weight = tensor === undefined ? moved.has(from) : isWeight(tensor);
      if (weight && moves.has(node.opType ?? "") && options.every((o) => this.#initializers.has(o)))
        for (const output of node.output ?? []) moved.add(output);
    }
    for (let n = this.#nodes.length - 1; n >= 0; n--) {
      const node = this.#nodes[n];
      const outputs = (node?.output ?? []).filter((o) => o !== "");
      if (node === undefined || outputs.length === 0 || !outputs.every((o) => moved.has(o))) continue;
      if (outputs.some((o) => this.#outputs.has(o) || this.#inner.has(o))) continue;
      const byModule = new Map<string, number[]>();
      for (const reader of outputs.flatMap((o) => readers.get(o) ?? [])) {
        const module = this.#moduleAt(reader);
        if (module !== undefined) byModule.set(module, [...(byModule.get(module) ?? []), reader]);
      }
      const traced = tracedOf(node) === undefined ? undefined : moduleOf(node);
      const keeps = traced !== undefined && byModule.has(traced) ? traced : [...byModule.keys()][0];
      if (traced === undefined && keeps !== undefined) this.#at.set(n, keeps);
      for (const [module, its] of byModule) {
        if (module === keeps) continue;
        const names = new Map(outputs.map((o) => [o, this.#fresh(`${o}/${module}`)]));
        const { metadataProps: _, ...bare } = node;
        const copy = { ...bare, name: "", output: (node.output ?? []).map((o) => names.get(o) ?? o) };
        this.#at.set(this.#nodes.length, module);
        read(this.#nodes.length, copy);
        this.#nodes.push(copy); // importing puts nodes in order
        for (const reader of its) {
          const before = this.#nodes[reader];
          if (before === undefined) continue;
          this.#nodes[reader] = { ...before, input: (before.input ?? []).map((name) => names.get(name) ?? name) };
        }
      }
    }
  }
  /** Modules of nodes that say nothing of their own: those of what reads them. */
  readonly #at = new Map<number, string>();

  #moduleAt(n: number): string | undefined {
    const node = this.#nodes[n];
    return this.#at.get(n) ?? (node === undefined ? undefined : moduleOf(node));
  }

  /** The parameters of this module that were equal to these of another, and that no tensor holds. */
  #alike(from: readonly string[], module: string | undefined): string | undefined {
    const { sources, kinds } = this.#tags;
    if (module === undefined) return undefined;
    const [first = ""] = from;
    const prefix = first.slice(0, first.length - last(first).length);
    if (!from.every((source) => source.startsWith(prefix))) return undefined;
    const there = from.map((source) => `${module === "" ? "" : `${module}.`}${source.slice(prefix.length)}`);
    const free = (name: string, i: number): boolean =>
      name !== from[i] && kinds.has(name) && ![...sources.values()].some((all) => all.includes(name));
    return there.every(free) ? there.join("\n") : undefined;
  }

  /** Finds the parameter that each use means. */
  #aim(): void {
    const { sources, placeholders, kinds } = this.#tags;
    const calls = new Map<string, Call>();
    const values = new Set((this.#graph.input ?? []).map(({ name = "" }) => name));
    for (const node of this.#nodes) for (const output of node?.output ?? []) values.add(output);
    for (const [n, node] of this.#nodes.entries()) {
      if (node === undefined) continue;
      const traced = tracedOf(node);
      if (traced === undefined) {
        for (const [i, name] of (this.#at.has(n) ? (node.input ?? []) : []).entries()) {
          const target = this.#alike(sources.get(name) ?? [], this.#at.get(n));
          if (target !== undefined) this.#targets.set(key({ node: n, input: i }), target);
        }
        continue;
      }
      let call = calls.get(traced.call);
      if (call === undefined) {
        const given = references(traced);
        const wanted = new Set(given.flatMap((name) => placeholders.get(name) ?? []));
        const folded = given.some((name) => !placeholders.has(name) && !values.has(name));
        calls.set(traced.call, (call = { target: traced.target, wanted, uses: [], nodes: [], folded }));
      }
      call.nodes.push(n);
      for (const [i, name] of (node.input ?? []).entries()) {
        const tensor = this.#initializers.get(name);
        // A kernel with a normalization in it belongs to its own call, which is gone.
        const known = sources.has(name) && this.#tags.made.get(name) !== "normalized";
        if (tensor !== undefined && isWeight(tensor) && known) call.uses.push({ node: n, input: i, name });
      }
    }
    for (const { target: called, wanted, uses, nodes, folded } of calls.values()) {
      const open = new Set(wanted);
      const twice: Call["uses"] = [];
      const left: Call["uses"] = [];
      for (const use of uses) {
        const from = sources.get(use.name) ?? [];
        const own = from.filter((source) => wanted.has(source));
        if (own.length === 0) left.push(use);
        else if (!own.some((source) => open.has(source))) twice.push(use);
        for (const source of own) open.delete(source);
        if (own[0] !== undefined) this.#targets.set(key(use), own[0]);
      }
      for (const use of [...left, ...twice]) {
        const from = sources.get(use.name)?.[0] ?? use.name;
        const alike = [...open].filter((target) => last(target) === last(from));
        const target = alike.length === 1 ? alike[0] : [...open][0];
        if (target !== undefined) {
          open.delete(target);
          this.#targets.set(key(use), target);
          continue;
        }
        // Where parameters are moved before the call, only the module tells.
        if (wanted.size > 0 && !folded) continue;
        const there = this.#alike(sources.get(use.name) ?? [], this.#moduleAt(use.node));
        if (there !== undefined) this.#targets.set(key(use), there);
      }
      const [bias, ...more] = [...open].filter((name) => kinds.get(name) === "parameter");
      if (bias !== undefined && more.length === 0 && /^aten\.(linear|addmm|conv)/.test(called))
        this.#restore(bias, nodes);
    }
  }

  /** A bias of zeros is left out by PyTorch's exporter. */
  #restore(bias: string, nodes: readonly number[]): void {
    const [at, ...more] = nodes.filter((n) => ["Gemm", "Conv", "ConvTranspose"].includes(this.#nodes[n]?.opType ?? ""));
    const node = at === undefined ? undefined : this.#nodes[at];
    const [x = "", kernel = "", present = ""] = node?.input ?? [];
    const weight = this.#initializers.get(kernel);
    if (at === undefined || node === undefined || more.length > 0 || present !== "" || weight === undefined) return;
    if (elemOf(weight.dataType ?? 0) !== "float32" || this.#taken.has(bias)) return;
    const option = (name: string, otherwise: number): number =>
      Number(node.attribute?.find((a) => a.name === name)?.i ?? otherwise);
    const [first = 0, second = 0] = (weight.dims ?? []).map(Number);
    const size =
      node.opType === "Gemm"
        ? option("transB", 0) === 1
          ? first
          : second
        : node.opType === "Conv"
          ? first
          : second * option("group", 1);
    const zeros = tensorOf(bias, { elem: "float32", dims: [size], data: new Float32Array(size) });
    this.#taken.add(bias);
    this.#initializers.set(bias, { ...zeros, metadataProps: sourceTag([bias], "parameter") });
    this.#nodes[at] = { ...node, input: [x, kernel, bias] };
    this.#changes.push({ kind: "restored", name: bias, of: kernel });
  }

  #copy(name: string, target: string, uses: readonly Use[]): void {
    const tensor = this.#initializers.get(name);
    if (tensor === undefined) return;
    const original = (this.#tags.sources.get(name) ?? [name])[0] === name;
    const targets = target.split("\n");
    const as = this.#fresh(original ? target : `${targets[0]}/${name}`);
    const kinds = targets.map((one) => this.#tags.kinds.get(one));
    const kind: Kind | undefined = kinds.find((k) => k === "parameter") ?? kinds[0];
    const computed = this.#tags.made.get(name) === "computed";
    this.#initializers.set(as, {
      ...tensor,
      name: as,
      metadataProps: computed ? foldedTag(targets) : sourceTag(targets, kind),
    });
    for (const use of uses) this.#rewire(use, as);
    this.#changes.push({ kind: "untied", name: as, of: name });
  }

  #rewire({ node, input }: Use, to: string): void {
    const before = this.#nodes[node];
    if (before === undefined) return;
    const inputs = [...(before.input ?? [])];
    inputs[input] = to;
    this.#nodes[node] = { ...before, input: inputs };
  }

  /** A tensor of its own for every layer that reads this one. */
  #apart(name: string): void {
    if (!this.#initializers.has(name))
      throw new OnnxError(`\`untie\` names \`${name}\`, which is not among the model's tensors.`);
    const byModule = new Map<string, Use[]>();
    for (const use of this.#uses().get(name) ?? []) {
      const node = this.#nodes[use.node];
      const module = (node === undefined ? undefined : moduleOf(node)) ?? String(use.node);
      byModule.set(module, [...(byModule.get(module) ?? []), use]);
    }
    if (byModule.size < 2)
      throw new OnnxError(
        `\`untie\` names \`${name}\`, which only one layer reads, so that there is nothing to set apart.`,
      );
    for (const [module, uses] of [...byModule].slice(1))
      this.#copy(name, module === "" ? name : `${module}.${last(name)}`, uses);
  }

  #constant(name: string): Constant | undefined {
    const known = this.#constants.get(name);
    if (known !== undefined) return known;
    const tensor = this.#initializers.get(name);
    if (tensor === undefined) return undefined;
    const value = constantOf(tensor, this.#options.external);
    this.#constants.set(name, value);
    return value;
  }

  /** One weight that is stored twice is stored once. */
  #tie(): void {
    if (this.#tags.kinds.size > 0) {
      for (const [target, members] of this.#byTarget()) {
        const base = members.find((name) => name === target) ?? members[0] ?? "";
        for (const name of members) if (name !== base) this.#join(base, name);
      }
      return;
    }
    const uses = this.#uses();
    const matrices = [...uses.keys()].filter((name) => (this.#initializers.get(name)?.dims ?? []).length === 2);
    const bySize = new Map<string, string[]>();
    for (const name of matrices) {
      const dims = (this.#initializers.get(name)?.dims ?? []).map(Number).sort((a, b) => a - b);
      bySize.set(dims.join(), [...(bySize.get(dims.join()) ?? []), name]);
    }
    for (const group of bySize.values()) {
      if (group.length < 2) continue;
      // A table first, since its transpose is the folded one.
      const made = (name: string): boolean => name.startsWith("onnx::");
      const inOrder = [...group.filter((n) => !made(n)), ...group.filter(made)];
      for (const [i, name] of inOrder.entries()) {
        const base = inOrder
          .slice(0, i)
          .find((other) => this.#initializers.has(other) && this.#isOne(other, name, uses));
        if (base !== undefined) this.#join(base, name);
      }
    }
    this.#reshaped(uses);
  }

  /** PyTorch's older exporter stores a weight once more where code gives it another shape. */
  #reshaped(uses: ReadonlyMap<string, readonly Use[]>): void {
    if (this.#model.producerName !== "pytorch") return;
    const stored = [...uses.keys()].filter((name) => this.#initializers.has(name));
    const size = (name: string): number =>
      (this.#initializers.get(name)?.dims ?? []).reduce<number>((n, d) => n * Number(d), 1);
    for (const name of stored.filter((n) => n.startsWith("onnx::")))
      for (const base of stored) {
        if (base.startsWith("onnx::") || size(base) !== size(name) || size(name) < 4) continue;
        const [x, y] = [this.#constant(base), this.#constant(name)];
        if (x === undefined || y === undefined || uniform(x) || !equal(x, y)) continue;
        if (this.#join(base, name)) break;
      }
  }

  /** Whether two untagged matrices are one weight: a transpose, or both folded from the weight of one module. */
  #isOne(a: string, b: string, uses: ReadonlyMap<string, readonly Use[]>): boolean {
    const [x, y] = [this.#constant(a), this.#constant(b)];
    if (x === undefined || y === undefined) return false;
    const folded = b.startsWith("onnx::");
    if (transposed(x, y)) return folded || this.#model.producerName !== "pytorch";
    if (!folded || !a.startsWith("onnx::") || uniform(x) || !same(x, y)) return false;
    const module = (name: string): string | undefined => {
      const node = this.#nodes[uses.get(name)?.[0]?.node ?? -1];
      return node === undefined ? undefined : moduleOf(node);
    };
    const [from, to] = [module(a), module(b)];
    return from !== undefined && to !== undefined && this.#called(from) === this.#called(to);
  }

  /** The module's path without the number of its call: PyTorch writes `shared_1` where `shared` is called again. */
  #called(module: string): string {
    this.#modules ??= new Set(
      this.#nodes.flatMap((n) => (n === undefined ? [] : (moduleOf(n) ?? []))).flatMap(prefixes),
    );
    this.#owners ??= new Set([...this.#initializers.keys()].flatMap(prefixes));
    const parts: string[] = [];
    for (const part of module.split(".")) {
      const bare = part.replace(/_\d+$/, "");
      const here = [...parts, part].join(".");
      const again = bare !== part && !this.#owners.has(here) && this.#modules.has([...parts, bare].join("."));
      parts.push(again ? bare : part);
    }
    return parts.join(".");
  }
  #modules: Set<string> | undefined;
  #owners: Set<string> | undefined;

  #byTarget(): Map<string, string[]> {
    const all = new Map<string, string[]>();
    for (const name of this.#uses().keys()) {
      const tensor = this.#initializers.get(name);
      const made = tagsOf({ graph: { initializer: tensor === undefined ? [] : [tensor] } }).sources.get(name);
      const sources = made ?? this.#tags.sources.get(name) ?? [];
      const [target] = sources;
      if (target === undefined || sources.length > 1) continue;
      all.set(target, [...(all.get(target) ?? []), name]);
    }
    return all;
  }

  #join(base: string, name: string): boolean {
    const [x, y] = [this.#constant(base), this.#constant(name)];
    if (x === undefined || y === undefined || this.#outputs.has(name)) return false;
    const tied = { name: `tied/${name}`, input: [base], output: [name] };
    if (!same(x, y) && transposed(x, y))
      this.#first.push({ ...tied, opType: "Transpose", attribute: [{ name: "perm", type: 7, ints: [1, 0] }] });
    else if (!same(x, y) && equal(x, y)) {
      const shape = this.#fresh(`${name}.shape`);
      const dims: Constant = { elem: "int64", dims: [y.dims.length], data: BigInt64Array.from(y.dims, BigInt) };
      this.#initializers.set(shape, tensorOf(shape, dims));
      this.#first.push({ ...tied, opType: "Reshape", input: [base, shape] });
    } else if (!same(x, y)) return false;
    else if (this.#inner.has(name)) this.#first.push({ ...tied, opType: "Identity" });
    else for (const use of this.#uses().get(name) ?? []) this.#rewire(use, base);
    this.#initializers.delete(name);
    this.#changes.push({ kind: "tied", name, of: base });
    return true;
  }

  #together(group: readonly string[]): void {
    const [base = "", ...others] = group;
    for (const name of group)
      if (!this.#initializers.has(name) && !this.#changes.some((c) => c.kind === "tied" && c.name === name))
        throw new OnnxError(`\`tie\` names \`${name}\`, which is not among the model's tensors.`);
    for (const name of others)
      if (this.#initializers.has(name) && !this.#join(base, name))
        throw new OnnxError(
          `\`tie\` names ${names(group)}, and \`${name}\` is neither equal to \`${base}\` nor its transpose.`,
        );
  }

  /** A weight whose numbers were copied to several places when the file was made is one again: its numbers, gathered. */
  #gather(): void {
    const { kinds, sources } = this.#tags;
    if (kinds.size === 0) return;
    const present = new Set(this.#initializers.keys());
    for (const [name, uses] of this.#uses()) {
      // The places may be a buffer of theirs.
      const [source, ...more] = (sources.get(name) ?? []).filter((one) => kinds.get(one) === "parameter");
      if (source === undefined || more.length > 0 || source === name || present.has(source)) continue;
      if (this.#tags.made.get(name) === "computed") continue;
      if (
        this.#inner.has(name) ||
        uses.some(({ node, input }) => kernels.has(this.#nodes[node]?.opType ?? "") && input > 0 && input < states)
      )
        continue;
      const value = this.#constant(name);
      const found = value === undefined ? undefined : repeated(value);
      if (value === undefined || found === undefined) continue;
      const numbers = this.#fresh(source);
      const places = this.#fresh(`${name}.places`);
      const flat: Constant = { elem: "float32", dims: [found.numbers.length], data: found.numbers };
      this.#initializers.delete(name);
      this.#initializers.set(numbers, { ...tensorOf(numbers, flat), metadataProps: sourceTag([source], "parameter") });
      this.#initializers.set(places, tensorOf(places, { elem: "int64", dims: value.dims, data: found.places }));
      this.#first.push({ opType: "Gather", name: `gathered/${name}`, input: [numbers, places], output: [name] });
      this.#changes.push({ kind: "gathered", name: numbers, of: name });
    }
  }

  #fresh(name: string): string {
    let as = name;
    for (let n = 1; this.#taken.has(as); n++) as = `${name}.${n}`;
    this.#taken.add(as);
    return as;
  }
}

const moves = new Set([
  "Split",
  "Slice",
  "Reshape",
  "Transpose",
  "Unsqueeze",
  "Squeeze",
  "Identity",
  "Expand",
  "Gather",
]);
/** The input from which on recurrent layers read states and not kernels. */
const states = 5;
const kernels = new Set(["Conv", "ConvTranspose", "Gemm", "MatMul", "LSTM", "GRU", "RNN"]);
const key = ({ node, input }: Use): string => `${node}:${input}`;
const prefixes = (name: string): string[] => name.split(".").map((_, i, all) => all.slice(0, i + 1).join("."));
