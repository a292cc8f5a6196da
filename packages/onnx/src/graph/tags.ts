import { check, text, yesNo } from "../check.ts";
import type { GraphProto, ModelProto, NodeProto, StringStringEntryProto, TensorProto } from "../proto/model.ts";
import { checkTensor } from "../proto/tensor.ts";

/** Whether a tensor was trained in Python, or kept beside the weights. */
export type Kind = "parameter" | "buffer";

/** Reordered, computed from others, or a kernel with a normalization folded in. */
export type Making = "moved" | "computed" | "normalized";

/** The facts that a file gives about its tensors: PyTorch's default exporter writes them as metadata. */
export interface Tags {
  /** Parameters and buffers by their names in Python. Empty where the file does not tell. */
  readonly kinds: ReadonlyMap<string, Kind>;
  /** Names in Python by the names of torch.export's placeholders, as nodes refer to them. */
  readonly placeholders: ReadonlyMap<string, string>;
  /** For an initializer, the parameters and buffers that it was made from. */
  readonly sources: ReadonlyMap<string, readonly string[]>;
  /** How the exporter made a tensor from its sources, where it did more than store one. */
  readonly made: ReadonlyMap<string, Making>;
  /** Parameters that calls of PyTorch read and no tensor of the file holds. */
  readonly lost: readonly string[];
  /** Parameters of layers that were merged with others: equal ones that read the same values. */
  readonly merged: readonly string[];
  /** Parameters that no call reads and no tensor holds, merged or not. */
  readonly unread: readonly string[];
  /** Modules that are given what an equal one, named with it, computed from the same values. */
  readonly shared: ReadonlyMap<string, string>;
  /** Results that are gone because an equal one, named with it, is in their place, in a file that detaches values. */
  readonly equal: ReadonlyMap<string, string>;
  /** Parameters that are read in a block such as `torch.no_grad()`, which the file does not name. */
  readonly blocked: readonly string[];
  /** The label smoothing of a cross-entropy, which PyTorch's exporter leaves out. */
  readonly smoothing: number;
  /** Whether a normalization by the statistics of the batch was folded into a kernel, as one by running statistics. */
  readonly frozen: boolean;
  /**
   * How names are given where there are no kinds: `torch` names weights by their modules, and what it folded `onnx::…`; `descent`
   * stores constants in `Constant` nodes, so that every initializer is a weight.
   */
  readonly naming: "torch" | "descent" | undefined;
  /** Tensors that were marked to be trained, the others being frozen, as adapters of a base model are. Empty where none is marked. */
  readonly trained: ReadonlySet<string>;
  /** Tensors that were added beside the weights of a base model, by the name of their adapter. */
  readonly adapters: ReadonlyMap<string, string>;
}

/** The tags of a graph that was not read from a file: its initializers are its weights. */
export const untagged: Tags = {
  kinds: new Map(),
  placeholders: new Map(),
  sources: new Map(),
  made: new Map(),
  lost: [],
  frozen: false,
  merged: [],
  unread: [],
  shared: new Map(),
  equal: new Map(),
  blocked: [],
  smoothing: 0,
  naming: "descent",
  trained: new Set(),
  adapters: new Map(),
};

const KIND = "pkg.torch.export.graph_signature.InputSpec.kind";
const PLACEHOLDER = "pkg.torch.onnx.original_node_name";
const FOLDED = "pkg.onnxscript.optimizer.folded_from";
const SIGNATURE = "pkg.torch.export.ExportedProgram.graph_signature";
const SCOPES = "pkg.torch.onnx.name_scopes";
const TRACED = "pkg.torch.onnx.fx_node";
const STACK = "pkg.torch.onnx.stack_trace";
/** The file that calls come from in blocks that torch.export traces by themselves: `no_grad()` and `autocast()`. */
const BLOCK = "<eval_with_key>";
/** Written on tensors that `mend` set apart, and that were computed from others. */
const MADE = "descent.made";
/** Written on tensors that `mend` made: the names in Python, one per line. */
const SOURCE = "descent.source";
/** Written on tensors that are trained where all others are frozen. */
const TRAINED = "descent.trained";
/** Written on tensors that an adapter added: its name. */
const ADAPTER = "descent.adapter";

const kindOf = (text: string | undefined): Kind | undefined =>
  text === "PARAMETER" ? "parameter" : text === "BUFFER" ? "buffer" : undefined;

/** The value of an entry of metadata. */
export function entry(all: readonly StringStringEntryProto[] | undefined, key: string): string | undefined {
  return all?.find((e) => e.key === key)?.value;
}

/** The texts of a list of Python: `['', 'layers.0', 'linear']`. */
function listed(text: string | undefined): string[] {
  return [...(text ?? "").matchAll(/'([^']*)'|"([^"]*)"/g)].map(([, single, double]) => single ?? double ?? "");
}

const known = new WeakMap<ModelProto, Tags>();

/** The tags of a model, none where its exporter writes none. */
export function tagsOf(model: ModelProto): Tags {
  let tags = known.get(model);
  if (tags === undefined) known.set(model, (tags = read(model)));
  return tags;
}

function read({ graph = {}, producerName }: ModelProto): Tags {
  const kinds = new Map<string, Kind>();
  const placeholders = new Map<string, string>();
  // The signature lists every parameter, also those whose tensors were folded or merged with another's.
  for (const [, placeholder = "", kind, target = ""] of (entry(graph.metadataProps, SIGNATURE) ?? "").matchAll(
    /^(\w+): (PARAMETER|BUFFER) target='([^']*)'/gm,
  )) {
    kinds.set(target, kindOf(kind) ?? "buffer");
    placeholders.set(placeholder, target);
  }
  const described = [...tensors(graph)];
  for (const { name, metadata } of described) {
    const kind = kindOf(entry(metadata, KIND));
    if (kind === undefined) continue;
    const source = entry(metadata, SOURCE) ?? name;
    kinds.set(source, kind);
    const placeholder = entry(metadata, PLACEHOLDER);
    if (placeholder !== undefined && !placeholders.has(placeholder)) placeholders.set(placeholder, source);
  }
  const sources = new Map<string, readonly string[]>();
  const arithmetic = new Set<string>();
  for (const { name, metadata } of described) {
    const through = [...listed(entry(metadata, FOLDED)), name].filter((one) => !kinds.has(one));
    // Arithmetic before a lookup is on places.
    if (through.some((one) => computes.test(one)) && !through.some((one) => looks.test(one))) arithmetic.add(name);
    if (entry(metadata, MADE) === "computed") arithmetic.add(name);
    const made = entry(metadata, SOURCE)?.split("\n") ?? listed(entry(metadata, FOLDED));
    const from = made.length > 0 ? made.filter((one) => kinds.has(one)) : kinds.has(name) ? [name] : [];
    if (from.length > 0) sources.set(name, from);
  }
  for (const { name = "" } of graph.initializer ?? [])
    if (!sources.has(name) && kinds.has(name)) sources.set(name, [name]);
  direct(graph, kinds, placeholders, sources);
  const naming = producerName === "pytorch" ? "torch" : producerName === "descent" ? "descent" : undefined;
  const stored = new Set(
    described.filter(({ metadata }) => entry(metadata, KIND) !== undefined).map(({ name }) => name),
  );
  const trained = new Set<string>();
  const adapters = new Map<string, string>();
  for (const { name = "", metadataProps } of graph.initializer ?? []) {
    if (entry(metadataProps, TRAINED) !== undefined) trained.add(name);
    const adapter = entry(metadataProps, ADAPTER);
    if (adapter !== undefined) adapters.set(name, adapter);
  }
  const marked = { trained, adapters };
  return {
    kinds,
    placeholders,
    sources,
    naming,
    ...marked,
    ...madeOf(graph, kinds, placeholders, sources, stored, arithmetic),
  };
}

/** Where a call is given parameters themselves, its folded tensors hold those; other parameters gave them sizes only. */
function direct(
  graph: GraphProto,
  kinds: ReadonlyMap<string, Kind>,
  placeholders: ReadonlyMap<string, string>,
  sources: Map<string, readonly string[]>,
): void {
  const given = new Map<string, Set<string>>();
  for (const node of graph.node ?? []) {
    const several = (node.input ?? []).filter((name) => (sources.get(name) ?? []).length > 1);
    const traced = several.length === 0 ? undefined : tracedOf(node);
    if (traced === undefined) continue;
    const wanted = references(traced).flatMap((name) => placeholders.get(name) ?? []);
    for (const name of several)
      for (const source of sources.get(name) ?? [])
        if (kinds.get(source) === "parameter" && wanted.includes(source))
          given.set(name, (given.get(name) ?? new Set()).add(source));
  }
  for (const [name, own] of given)
    sources.set(
      name,
      (sources.get(name) ?? []).filter((source) => own.has(source)),
    );
}

/** Calls that move numbers and compute none, as torch.export names their results. */
const moves =
  /^(permute|transpose|t|view|reshape|_unsafe_view|expand|slice|select|unsqueeze|squeeze|split|split_with_sizes|chunk|getitem|cat|stack|repeat|flatten|unflatten|clone|contiguous|alias|detach|to|_to_copy|type_as|index|index_select|embedding|narrow|unbind|flip|roll|broadcast_in_dim|movedim|numpy_t|lift_fresh_copy)(_\d+)?$/;

/** Calls that compute, as torch.export names their results. */
const computes =
  /^_?(mul|add|sub|rsub|div|neg|exp|expm1|log|log1p|sqrt|rsqrt|pow|square|reciprocal|abs|sign|sin|cos|tanh|sigmoid|relu|softplus|softmax|log_softmax|erf|gelu|silu|sum|mean|prod|var|std|var_mean|std_mean|norm|linalg_\w+|logsumexp|cumsum|clamp|clamp_min|clamp_max|maximum|minimum|round|lerp|where|tril|triu|mm|bmm|mv|dot|outer|einsum|matmul|linear|addmm|weight_norm\w*|\w*batch_norm\w*|layer_norm|upsample_\w+|(adaptive_)?(avg|max)_pool\w*)(_\d+)?$/;
const looks = /^(embedding|index|index_select|gather|take)(_\d+)?$/;

/** Products, whose kernel is read by an operator of products unless the product itself was folded. */
const product = /^aten\.(linear|conv|mm|matmul|bmm)/;
/** Results of layers, as torch.export names them. */
const layers = /^(layer_norm|rms_norm|group_norm|linear|conv\w*|embedding|mul|add)(_\d+)?$/;
const kernels = new Set(["MatMul", "Gemm", "Conv", "ConvTranspose", "Einsum", "Transpose", "Reshape"]);

function madeOf(
  graph: GraphProto,
  kinds: ReadonlyMap<string, Kind>,
  placeholders: ReadonlyMap<string, string>,
  sources: ReadonlyMap<string, readonly string[]>,
  stored: ReadonlySet<string>,
  arithmetic: ReadonlySet<string>,
): Pick<Tags, "made" | "lost" | "frozen" | "merged" | "unread" | "shared" | "equal" | "blocked" | "smoothing"> {
  const made = new Map<string, Making>();
  let frozen = false;
  let again = false;
  let smoothing = 0;
  if (kinds.size === 0)
    return {
      made,
      lost: [],
      frozen,
      merged: [],
      unread: [],
      shared: new Map(),
      equal: new Map(),
      blocked: [],
      smoothing: 0,
    };
  const values = new Set((graph.input ?? []).map(({ name = "" }) => name));
  for (const { output = [] } of graph.node ?? []) for (const name of output) values.add(name);
  /** The parameter that is the second factor of a product. */
  const kernel = ({ args }: Traced): string | undefined => placeholders.get((args[1] ?? "").replace(/^%/, ""));
  const makers = new Map<string, NodeProto>();
  for (const node of graph.node ?? []) for (const name of node.output ?? []) makers.set(name, node);
  const owner = (node: NodeProto): string | undefined =>
    tracedOf(node) === undefined ? undefined : (moduleOf(node) ?? "");
  const looked = new Map<string, boolean>();
  /** Whether a module computed this with parameters of its own. */
  const weighted = (name: string, module: string): boolean => {
    const before = looked.get(name);
    if (before !== undefined) return before;
    looked.set(name, false);
    const maker = makers.get(name);
    if (maker === undefined || (owner(maker) ?? module) !== module) return false;
    const own = (from: string): boolean => (sources.get(from) ?? []).some((one) => kinds.get(one) === "parameter");
    const found = (maker.input ?? []).some((from) => own(from) || weighted(from, module));
    looked.set(name, found);
    return found;
  };
  const stem = (name: string): string => name.replace(/_\d+$/, "");
  const shared = new Map<string, string>();
  const equal = new Map<string, string>();
  const blocked = new Set<string>();
  let detaches = false;
  const read = new Set<string>();
  const held = new Set([...sources.values()].flat());
  for (const node of graph.node ?? []) {
    const traced = tracedOf(node);
    if (traced === undefined) continue;
    const refers = references(traced);
    if (traced.target.startsWith("aten.cross_entropy_loss")) smoothing = Number(traced.args[5] ?? 0) || smoothing;
    detaches ||= refers.some((name) => stem(name) === "detach");
    const wanted = new Set(refers.flatMap((name) => placeholders.get(name) ?? []));
    // A call reads a layer's result, and the file has that of another layer in its place.
    const gone = refers.find((name) => layers.test(name) && !values.has(name));
    again ||= gone !== undefined && (node.input ?? []).some((name) => layers.test(name) && !refers.includes(name));
    const inBlock = entry(node.metadataProps, STACK)?.includes(BLOCK) ?? false;
    for (const name of wanted) {
      if (kinds.get(name) !== "parameter") continue;
      read.add(name);
      if (inBlock) blocked.add(name);
    }
    // A call of the same kind in another module stands in for one that is gone.
    const module = moduleOf(node) ?? "";
    const absent = refers.filter((name) => !placeholders.has(name) && !values.has(name)).map(stem);
    for (const name of node.input ?? []) {
      if (refers.includes(name) || !absent.includes(stem(name))) continue;
      const maker = makers.get(name);
      const other = maker === undefined ? undefined : owner(maker);
      const twin = other !== undefined && other !== module && other.replace(/\d+/g, "") === module.replace(/\d+/g, "");
      if (twin && weighted(name, other)) shared.set(module, other);
      else if (maker !== undefined && other === module && computes.test(name))
        for (const one of refers) if (!values.has(one) && stem(one) === stem(name)) equal.set(one, name);
    }
    for (const name of node.input ?? []) {
      const from = sources.get(name);
      if (from === undefined || stored.has(name) || made.get(name) === "moved") continue;
      // Where a buffer lies between joined parameters, nothing tells its place.
      const several = from.filter((source) => kinds.get(source) === "parameter").length > 1;
      const mixed = several && from.some((source) => kinds.get(source) === "buffer");
      if (/batch_norm/.test(traced.target) && node.opType !== "BatchNormalization" && !refers.includes(name)) {
        made.set(name, "normalized");
        frozen ||= traced.args[5] === "True";
      } else if ((arithmetic.has(name) && from.some((source) => kinds.get(source) === "parameter")) || mixed)
        made.set(name, "computed");
      else if (
        product.test(traced.target) &&
        !kernels.has(node.opType ?? "") &&
        from.some((one) => one === kernel(traced))
      )
        made.set(name, "computed");
      else if (from.every((source) => wanted.has(source) || kinds.get(source) !== "parameter")) made.set(name, "moved");
      else {
        const between = refers.filter((one) => !placeholders.has(one) && !values.has(one));
        const only = between.length > 0 && between.every((one) => moves.test(one));
        // Several parameters are moved into one only where they are joined.
        const joined = between.some((one) => /^(cat|stack)(_\d+)?$/.test(one));
        made.set(name, between.length > 0 && (!only || (several && !joined)) ? "computed" : "moved");
      }
    }
  }
  const unread = [...kinds]
    .filter(([name, kind]) => kind === "parameter" && !read.has(name) && !held.has(name))
    .map(([name]) => name);
  const lost = [...read].filter((name) => !held.has(name));
  return {
    made,
    lost,
    frozen,
    merged: again ? unread : [],
    unread,
    shared,
    equal: detaches ? equal : new Map(),
    blocked: [...blocked],
    smoothing,
  };
}

/** The results and placeholders that a call is given. */
export function references({ args }: Traced): string[] {
  return [...args.join(",").matchAll(/%(\w+)/g)].map(([, name = ""]) => name);
}

function* tensors(
  graph: GraphProto,
): Generator<{ readonly name: string; readonly metadata: readonly StringStringEntryProto[] | undefined }> {
  for (const { name = "", metadataProps: metadata } of graph.valueInfo ?? []) yield { name, metadata };
  for (const { name = "", metadataProps: metadata } of graph.initializer ?? []) if (metadata) yield { name, metadata };
}

/** Metadata that say from which parameters or buffers of Python a tensor is. */
export function sourceTag(sources: readonly string[], kind: Kind | undefined): StringStringEntryProto[] {
  return [
    { key: SOURCE, value: sources.join("\n") },
    ...(kind === undefined ? [] : [{ key: KIND, value: kind === "parameter" ? "PARAMETER" : "BUFFER" }]),
  ];
}

/** The tensor, marked as trained or frozen; where an adapter's name is given, as a tensor that it added. */
export function marked(tensor: TensorProto, trained: boolean, adapter?: string): TensorProto {
  checkTensor("The tensor that is marked", tensor);
  check("Whether a tensor is trained", trained, yesNo);
  if (adapter !== undefined) check("The name of an adapter", adapter, text);
  const { metadataProps = [], ...rest } = tensor;
  const kept = metadataProps.filter(({ key }) => key !== TRAINED && (adapter === undefined || key !== ADAPTER));
  const marks = [
    ...(trained ? [{ key: TRAINED, value: "true" }] : []),
    ...(adapter === undefined ? [] : [{ key: ADAPTER, value: adapter }]),
  ];
  const all = [...kept, ...marks];
  // As it was, where nothing changes: what is known of a tensor is kept by its object.
  if (
    all.length === metadataProps.length &&
    all.every((e, i) => e.key === metadataProps[i]?.key && e.value === metadataProps[i]?.value)
  )
    return tensor;
  return all.length > 0 ? { ...rest, metadataProps: all } : rest;
}

/** Metadata of a node that say which module it belongs to, as PyTorch's default exporter writes them. */
export function moduleTag(module: string): StringStringEntryProto {
  check("The name of a module", module, text);
  return { key: SCOPES, value: `['', '${module}', 'op']` };
}

/** Metadata that say from what a tensor was computed. */
export function foldedTag(sources: readonly string[]): StringStringEntryProto[] {
  return [
    { key: FOLDED, value: `[${sources.map((source) => `'${source}'`).join(", ")}]` },
    { key: MADE, value: "computed" },
  ];
}

/** The module that a node belongs to, as Python names it: "encoder.layer.0.attention"; undefined where nothing says so. */
export function moduleOf({ metadataProps, name = "" }: NodeProto): string | undefined {
  const scopes = entry(metadataProps, SCOPES);
  if (scopes !== undefined) return listed(scopes).at(-2);
  // "/encoder/layer.0/attention/MatMul", as PyTorch's older exporter and others name nodes
  if (!name.startsWith("/")) return undefined;
  const parts: string[] = [];
  // A child of a Sequential or a list repeats its parent: "/layer1/layer1.0/conv1/Conv".
  for (const part of name.split("/").slice(1, -1)) {
    if (parts.length > 0 && part.startsWith(`${parts.at(-1)}.`)) parts.pop();
    parts.push(part);
  }
  return parts.join(".");
}

/** The call of PyTorch that a node is part of, as torch.export recorded it. */
export interface Traced {
  /** Unique for each call. */
  readonly call: string;
  /** "aten.embedding.default" */
  readonly target: string;
  /** Arguments by position, as text: "%linear_1", "[2, 3]", "0". */
  readonly args: readonly string[];
}

/** The traced call of a node, if the file has it. */
export function tracedOf({ metadataProps }: NodeProto): Traced | undefined {
  const text = entry(metadataProps, TRACED);
  const found =
    text === undefined ? null : /^%?(\w+) :.*?target=(?:torch\.ops\.)?([\w.]+)\]\(args = \((.*)\), kwargs/s.exec(text);
  if (found === null) return undefined;
  const [, call = "", target = "", args = ""] = found;
  return { call, target, args: split(args) };
}

/** Whether this is a normalization of PyTorch by the statistics of its batch. */
export function trainedBy(node: NodeProto): boolean {
  const traced = tracedOf(node);
  return traced !== undefined && /batch_norm/.test(traced.target) && traced.args[5] === "True";
}

/** Arguments apart at the commas that lie in no bracket. */
function split(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let part = "";
  for (const c of text) {
    if (c === "," && depth === 0) {
      parts.push(part.trim());
      part = "";
      continue;
    }
    if ("([{".includes(c)) depth++;
    if (")]}".includes(c)) depth--;
    part += c;
  }
  if (part.trim() !== "") parts.push(part.trim());
  return parts;
}
