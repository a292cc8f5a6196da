import { moduleOf, references, sourceTag, tracedOf } from "../graph/tags.ts";
import { elemOf } from "../proto/elem.ts";
import type { NodeProto } from "../proto/model.ts";
import { tensorOf } from "../proto/tensor.ts";
import { constantUse, type Draft, isWeight, key, last, stem, type Use } from "./draft.ts";

/** The nodes that one call of PyTorch became, and the parameters that it was given. */
interface Call {
  readonly target: string;
  readonly wanted: ReadonlySet<string>;
  /** The results that it is given, by name. */
  readonly given: ReadonlySet<string>;
  readonly uses: (Use & { readonly name: string })[];
  readonly nodes: number[];
  /** Whether it is given a value that the file does not compute: a tensor that was folded. */
  readonly folded: boolean;
}

/** The parameter that each use means, by `key`, where its call of PyTorch names one. */
export function targetsOf(draft: Draft): ReadonlyMap<string, string> {
  return new Aim(draft).targets();
}

class Aim {
  readonly #draft: Draft;
  readonly #targets = new Map<string, string>();
  /** Biases of zeros that were put back. */
  readonly #restored = new Set<string>();
  /** Modules of nodes that say nothing of their own: those of what reads them. */
  readonly #at = new Map<number, string>();

  constructor(draft: Draft) {
    this.#draft = draft;
  }

  targets(): ReadonlyMap<string, string> {
    this.#move();
    this.#repeat();
    this.#aim();
    return this.#targets;
  }

  /** A node that moves a weight's numbers, and that the exporter made once for several modules, is made once for each. */
  #move(): void {
    const readers = new Map<string, number[]>();
    const read = (n: number, node: NodeProto): void => {
      for (const name of new Set(node.input)) readers.set(name, [...(readers.get(name) ?? []), n]);
    };
    const moved = new Set<string>();
    for (const [n, node] of this.#draft.nodes.entries()) {
      if (node === undefined) continue;
      read(n, node);
      const [from = "", ...options] = node.input ?? [];
      const tensor = this.#draft.initializers.get(from);
      const weight = tensor === undefined ? moved.has(from) : isWeight(tensor);
      if (weight && moves.has(node.opType ?? "") && options.every((o) => this.#draft.initializers.has(o)))
        for (const output of node.output ?? []) moved.add(output);
    }
    for (let n = this.#draft.nodes.length - 1; n >= 0; n--) {
      const node = this.#draft.nodes[n];
      const outputs = (node?.output ?? []).filter((o) => o !== "");
      if (node === undefined || outputs.length === 0 || !outputs.every((o) => moved.has(o))) continue;
      if (outputs.some((o) => this.#draft.outputs.has(o) || this.#draft.inner.has(o))) continue;
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
        const names = new Map(outputs.map((o) => [o, this.#draft.fresh(`${o}/${module}`)]));
        const { metadataProps: _, ...bare } = node;
        const copy = { ...bare, name: "", output: (node.output ?? []).map((o) => names.get(o) ?? o) };
        this.#at.set(this.#draft.nodes.length, module);
        read(this.#draft.nodes.length, copy);
        this.#draft.nodes.push(copy); // importing puts nodes in order
        for (const reader of its) {
          const before = this.#draft.nodes[reader];
          if (before === undefined) continue;
          this.#draft.nodes[reader] = { ...before, input: (before.input ?? []).map((name) => names.get(name) ?? name) };
        }
      }
    }
  }

  /** Statistics that were equal to the scale or shift of an instance normalization were repeated with it, and are apart again. */
  #repeat(): void {
    const { nodes, initializers, tags } = this.#draft;
    const makers = new Map(nodes.flatMap((node) => (node?.opType === "Tile" ? [[node.output?.[0] ?? "", node]] : [])));
    for (const [n, node] of nodes.entries()) {
      const traced = node?.opType === "BatchNormalization" ? tracedOf(node) : undefined;
      if (traced?.target.startsWith("aten.instance_norm") !== true) continue;
      for (const input of [3, 4]) {
        const maker = makers.get(node?.input?.[input] ?? "");
        const target = tags.placeholders.get((traced.args[input] ?? "").replace(/^%/, ""));
        const from = maker?.input?.[0] ?? "";
        if (maker === undefined || target === undefined || from === target || !initializers.has(from)) continue;
        const { metadataProps: _, ...bare } = maker;
        const output = this.#draft.fresh(`${target}/repeated`);
        this.#targets.set(key({ node: nodes.length, input: 0 }), target);
        nodes.push({ ...bare, name: "", output: [output] });
        this.#draft.rewire({ node: n, input }, output);
      }
    }
  }

  #moduleAt(n: number): string | undefined {
    const node = this.#draft.nodes[n];
    return this.#at.get(n) ?? (node === undefined ? undefined : moduleOf(node));
  }

  /** The parameters of this module that were equal to these of another, and that no tensor holds. */
  #alike(from: readonly string[], module: string | undefined): string | undefined {
    const { sources, kinds } = this.#draft.tags;
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
    const { sources, placeholders, kinds } = this.#draft.tags;
    const calls = new Map<string, Call>();
    const values = new Set((this.#draft.graph.input ?? []).map(({ name = "" }) => name));
    for (const node of this.#draft.nodes) for (const output of node?.output ?? []) values.add(output);
    for (const [n, node] of this.#draft.nodes.entries()) {
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
        const { target } = traced;
        calls.set(traced.call, (call = { target, wanted, given: new Set(given), uses: [], nodes: [], folded }));
      }
      call.nodes.push(n);
      for (const [i, name] of (node.input ?? []).entries()) {
        const tensor = this.#draft.initializers.get(name);
        // A kernel with a normalization in it belongs to its own call, which is gone.
        const known = sources.has(name) && this.#draft.tags.made.get(name) !== "normalized";
        if (tensor !== undefined && isWeight(tensor) && known) call.uses.push({ node: n, input: i, name });
      }
    }
    for (const { target: called, wanted, given, uses, nodes, folded } of calls.values()) {
      if (this.#normalizes(nodes, uses, called)) continue;
      const open = new Set(wanted);
      const twice: Call["uses"] = [];
      const left: Call["uses"] = [];
      for (const use of uses) {
        const from = sources.get(use.name) ?? [];
        const own = from.filter((source) => wanted.has(source));
        // A value that the call names is in its place already.
        if (own.length === 0 && given.has(use.name)) continue;
        if (own.length === 0) left.push(use);
        else if (!own.some((source) => open.has(source))) twice.push(use);
        for (const source of own) open.delete(source);
        if (own[0] !== undefined) this.#targets.set(key(use), own[0]);
      }
      for (const use of [...left, ...twice]) {
        const from = sources.get(use.name)?.[0] ?? use.name;
        const alike = [...open].filter((target) => last(target) === last(from));
        const computed = this.#draft.tags.made.get(use.name) === "computed";
        const target = alike.length === 1 ? alike[0] : computed ? undefined : [...open][0];
        if (target !== undefined) {
          open.delete(target);
          this.#targets.set(key(use), target);
          continue;
        }
        // Where parameters are moved before the call, only the module tells.
        if (wanted.size > 0 && !folded) {
          // A call that has all its parameters reads this as a constant of its own, equal to another's parameter.
          if (open.size === 0 && left.includes(use)) this.#targets.set(key(use), constantUse);
          continue;
        }
        const there = this.#alike(sources.get(use.name) ?? [], this.#moduleAt(use.node));
        if (there !== undefined) this.#targets.set(key(use), there);
      }
      const [bias, ...more] = [...open].filter((name) => kinds.get(name) === "parameter");
      if (bias !== undefined && more.length === 0 && /^aten\.(linear|addmm|conv)/.test(called))
        this.#restore(bias, nodes);
    }
    const read = [...calls.values()].flatMap(({ wanted }) => [...wanted]);
    this.#moved(read, values);
  }

  /** The scale, shift, mean and variance of a normalization are given in this order, and None where it has none. */
  #normalizes(nodes: readonly number[], uses: Call["uses"], called: string): boolean {
    const at = nodes.find((n) => this.#draft.nodes[n]?.opType === "BatchNormalization");
    const node = at === undefined ? undefined : this.#draft.nodes[at];
    const traced = node === undefined ? undefined : tracedOf(node);
    if (at === undefined || traced === undefined || !/^aten\.\w*batch_norm/.test(called)) return false;
    if (uses.some((use) => use.node !== at)) return false;
    for (const use of uses) {
      const given = traced.args[use.input] ?? "";
      const target = given === "None" ? constantUse : this.#draft.tags.placeholders.get(given.replace(/^%/, ""));
      if (target !== undefined) this.#targets.set(key(use), target);
    }
    return true;
  }

  /**
   * Parameters that were equal when they were moved are one tensor: where calls of a module name other results than they are given,
   * those are of the module's parameters that no tensor holds and no call reads, in their order.
   */
  #moved(read: readonly string[], values: ReadonlySet<string>): void {
    const { sources, placeholders, kinds } = this.#draft.tags;
    const held = new Set([...read, ...[...sources.values()].flat()]);
    const byModule = new Map<string, Map<string, Use[]>>();
    for (const [n, node] of this.#draft.nodes.entries()) {
      const traced = node === undefined ? undefined : tracedOf(node);
      const given = traced === undefined ? [] : references(traced);
      const inputs = node?.input ?? [];
      if (node === undefined || given.length !== inputs.length) continue;
      const module = moduleOf(node) ?? "";
      for (const [i, name] of inputs.entries()) {
        const [result = "", [source = "", ...more]] = [given[i], sources.get(name) ?? []];
        const there = values.has(result) || placeholders.has(result) || this.#draft.initializers.has(result);
        if (result === name || there || stem(result) !== stem(name)) continue;
        if (more.length > 0 || kinds.get(source) !== "parameter") continue;
        const results = byModule.get(module) ?? new Map<string, Use[]>();
        byModule.set(module, results.set(result, [...(results.get(result) ?? []), { node: n, input: i }]));
      }
    }
    for (const [module, results] of byModule) {
      const prefix = module === "" ? "" : `${module}.`;
      const free = [...kinds].filter(
        ([one, kind]) => kind === "parameter" && !held.has(one) && one === `${prefix}${last(one)}`,
      );
      if (free.length < results.size) continue;
      const number = (name: string): number => Number(/_(\d+)$/.exec(name)?.[1] ?? 0);
      const inOrder = [...results].sort(([a], [b]) => number(a) - number(b));
      for (const [i, [, uses]] of inOrder.entries())
        for (const use of uses) this.#targets.set(key(use), free[i]?.[0] ?? "");
    }
  }

  /** A bias of zeros is left out by PyTorch's exporter. */
  #restore(bias: string, nodes: readonly number[]): void {
    const [at, ...more] = nodes.filter((n) =>
      ["Gemm", "Conv", "ConvTranspose"].includes(this.#draft.nodes[n]?.opType ?? ""),
    );
    const node = at === undefined ? undefined : this.#draft.nodes[at];
    const [x = "", kernel = "", present = ""] = node?.input ?? [];
    const weight = this.#draft.initializers.get(kernel);
    if (at === undefined || node === undefined || more.length > 0 || present !== "" || weight === undefined) return;
    if (elemOf(weight.dataType ?? 0) !== "float32") return;
    // A module that is called again reads the same bias.
    if (this.#restored.has(bias)) {
      this.#draft.nodes[at] = { ...node, input: [x, kernel, bias] };
      return;
    }
    if (this.#draft.has(bias)) return;
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
    this.#draft.fresh(bias);
    this.#restored.add(bias);
    this.#draft.initializers.set(bias, { ...zeros, metadataProps: sourceTag([bias], "parameter") });
    this.#draft.nodes[at] = { ...node, input: [x, kernel, bias] };
    this.#draft.changes.push({ kind: "restored", name: bias, of: kernel });
  }
}

/** Operators that only move numbers. */
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
