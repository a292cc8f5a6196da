import { shown } from "../check.ts";
import { OnnxError } from "../errors.ts";
import type { Constant } from "../proto/constant.ts";
import { type Elem, elemCode, elemOf } from "../proto/elem.ts";
import type { Attribute, Scope } from "./node.ts";

/** An attribute as `op` takes it: an Attribute, or a bare value whose kind follows from its name. */
export type AttributeInput =
  | number
  | bigint
  | string
  | boolean
  | readonly (number | bigint)[]
  | readonly string[]
  | Constant
  | Scope
  | readonly Scope[]
  | Attribute
  | undefined;

/** Attributes that are floats in every operator that has one of this name; all other bare numbers are integers. */
const floats: ReadonlySet<string> = new Set(
  (
    "alpha beta gamma lambd bias epsilon momentum ratio clip spatial_scale cubic_coeff_a extrapolation_value " +
    "value_float value_floats activation_alpha activation_beta high low mean scale scales seed threshold softcap " +
    "norm_coefficient norm_coefficient_post decay_factor min max area_threshold"
  ).split(" "),
);

/** An Attribute from a bare value. */
export function attribute(name: string, value: Exclude<AttributeInput, undefined>): Attribute {
  if (typeof value === "boolean") return { kind: "int", value: value ? 1 : 0 };
  if (typeof value === "bigint") return { kind: "int", value };
  if (typeof value === "number") return { kind: floats.has(name) ? "float" : "int", value };
  if (typeof value === "string") {
    const elem = name === "to" || name === "dtype" ? elemNamed(value) : undefined;
    return elem === undefined ? { kind: "string", value } : { kind: "int", value: elemCode(elem) };
  }
  if (typeof value !== "object" || value === null || value instanceof Promise || value instanceof Map)
    throw new OnnxError(
      `The attribute \`${name}\` must be a number, a text, a list of either, a tensor or a graph; got ${shown(value)}.`,
    );
  if (isScope(value)) return { kind: "graph", value };
  if (!Array.isArray(value)) {
    // Not an array, so a Constant or an Attribute, and only the latter has a kind.
    return "kind" in value ? (value as Attribute) : { kind: "tensor", value: value as Constant };
  }
  if (value.some((v) => isScope(v))) return { kind: "graphs", value };
  if (value.some((v) => typeof v === "string")) return { kind: "strings", value };
  return { kind: floats.has(name) ? "floats" : "ints", value };
}

function elemNamed(name: string): Elem | undefined {
  return elemOf(elemCode(name as Elem)); // An unknown name has no code, and no code no type.
}

/** Whether this is a graph; told by its shape, since there may be two copies of this package. */
function isScope(value: unknown): value is Scope {
  return typeof value === "object" && value !== null && "nodes" in value && "initializers" in value;
}
