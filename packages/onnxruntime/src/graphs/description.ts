import { OptimizerError, type Parameter } from "@descent/core";
import { shown } from "@descent/core/adapter";
import type { Graph } from "@descent/onnx";
import type { LabelInput, Target } from "@descent/onnx/autodiff";
import { SEEDS } from "./dropout.ts";

/** The description of its graph that a training graph's file carries, as JSON. */
export interface Description {
  readonly version: 1;
  readonly target: Target;
  readonly loss: string;
  readonly outputs: readonly string[];
  readonly labels: readonly LabelInput[];
  readonly parameters: readonly (Parameter & { readonly grad: string })[];
  readonly statistics: readonly { readonly name: string; readonly next: string }[];
  readonly seeds: number;
  readonly evaluation: { readonly loss: string; readonly outputs: readonly string[] };
}

const damaged = (what: string): OptimizerError =>
  new OptimizerError(`The training graph's description is damaged: ${what}. Save it again.`);

type Check = (value: unknown, at: string) => void;

const check =
  (want: string, fits: (value: unknown) => boolean): Check =>
  (value, at) => {
    if (!fits(value)) throw damaged(`${at} must be ${want}; got ${shown(value)}`);
  };
const text = check("a text", (x) => typeof x === "string");
const count = check("a whole number, 0 or more", (x) => typeof x === "number" && Number.isSafeInteger(x) && x >= 0);
const maybe =
  (of: Check): Check =>
  (value, at) => {
    if (value !== undefined) of(value, at);
  };
const list =
  (of: Check): Check =>
  (value, at) => {
    if (!Array.isArray(value)) throw damaged(`${at} must be a list; got ${shown(value)}`);
    for (const [i, one] of value.entries()) of(one, `${at}[${i}]`);
  };
const record =
  (fields: Readonly<Record<string, Check>>): Check =>
  (value, at) => {
    if (typeof value !== "object" || value === null || Array.isArray(value))
      throw damaged(`${at} must be an object; got ${shown(value)}`);
    const given = new Map(Object.entries(value));
    for (const [name, of] of Object.entries(fields)) of(given.get(name), at === "it" ? `\`${name}\`` : `${at}.${name}`);
  };
const axis = maybe(list(count));

const described = record({
  target: check("cpu, wasm, cuda or webgpu", (x) => ["cpu", "wasm", "cuda", "webgpu"].includes(String(x))),
  loss: text,
  outputs: list(text),
  labels: list(
    record({
      name: text,
      type: record({
        elem: text,
        shape: maybe(list(check("a size", (x) => typeof x === "string" || Number.isSafeInteger(x)))),
      }),
      classes: maybe(count),
      ignoreIndex: maybe(check("a whole number", Number.isSafeInteger)),
      probabilities: maybe(check("true or false", (x) => typeof x === "boolean")),
    }),
  ),
  parameters: list(
    record({
      name: text,
      shape: list(count),
      role: maybe(text),
      axes: maybe(record({ in: axis, out: axis, batch: axis })),
      grad: text,
    }),
  ),
  statistics: list(record({ name: text, next: text })),
  seeds: count,
  evaluation: record({ loss: text, outputs: list(text) }),
});

/** The description that a file holds; an error where it is damaged, or of a version that this release cannot read. */
export function parseDescription(source: string): Description {
  let value: unknown;
  try {
    value = JSON.parse(source);
  } catch (cause) {
    throw damaged(`it is not JSON: ${(cause as Error).message}`);
  }
  const version = typeof value === "object" && value !== null && "version" in value ? value.version : undefined;
  if (typeof version === "number" && version !== 1)
    throw new OptimizerError(
      `The training graph has version ${version}, and this release reads version 1. Save it again.`,
    );
  if (version !== 1) throw damaged(`its version must be 1; got ${shown(version)}`);
  described(value, "it");
  return value as Description; // by the checks of every field
}

/** Whether a graph has what its description names, each value in one role, so that no weight is stepped by what is not its gradient. */
export function checkGraph(
  { loss, outputs, labels, parameters, statistics, seeds, evaluation }: Description,
  training: Graph,
  evaluating: Graph,
): void {
  const lacks = (graph: Graph, kind: "inputs" | "outputs", names: readonly string[], what: string): void => {
    for (const name of names)
      if (!graph[kind].has(name)) throw damaged(`${what} \`${name}\` is not among the graph's ${kind}`);
  };
  const unique = (names: readonly string[], what: string): void => {
    const twice = names.find((name, i) => names.indexOf(name) !== i);
    if (twice !== undefined) throw damaged(`${what} \`${twice}\` occurs twice`);
  };
  lacks(training, "outputs", [loss], "the loss");
  lacks(training, "outputs", outputs, "the output");
  lacks(evaluating, "outputs", [evaluation.loss], "the loss");
  lacks(evaluating, "outputs", evaluation.outputs, "the output");
  lacks(
    training,
    "inputs",
    labels.map((l) => l.name),
    "the input of labels",
  );
  const weights = [...parameters, ...statistics].map((p) => p.name);
  unique(weights, "the weight");
  lacks(training, "inputs", weights, "the weight");
  const written = [...parameters.map((p) => p.grad), ...statistics.map((s) => s.next)];
  unique([loss, ...written], "the output");
  lacks(
    training,
    "outputs",
    parameters.map((p) => p.grad),
    "the gradient",
  );
  lacks(
    training,
    "outputs",
    statistics.map((s) => s.next),
    "the next statistic",
  );
  for (const { name, shape, grad } of parameters) {
    const of = training.typeOf(grad)?.shape;
    const differs =
      of !== undefined && (of.length !== shape.length || of.some((d, i) => typeof d === "number" && d !== shape[i]));
    if (differs)
      throw damaged(`the gradient \`${grad}\` is [${of.join(", ")}], and \`${name}\` is [${shape.join(", ")}]`);
  }
  const drawn = training.inputs.get(SEEDS)?.shape?.[0] ?? 0;
  if (seeds !== drawn) throw damaged(`it has ${seeds} seeds, and the graph takes ${drawn}`);
}
