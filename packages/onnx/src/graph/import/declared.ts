import { elemOf } from "../../proto/elem.ts";
import type { TypeProto } from "../../proto/model.ts";
import { canonical } from "../dims.ts";
import type { Graph } from "../graph.ts";
import type { TensorType } from "../node.ts";

/** The declared type of a value; undefined if it is not a tensor, or has an unknown element type. */
export function tensorType(
  type: TypeProto | undefined,
  nameless: (axis: number) => string | undefined,
): TensorType | undefined {
  const elem = elemOf(type?.tensorType?.elemType ?? 0);
  if (elem === undefined) return undefined;
  const dims = type?.tensorType?.shape?.dim;
  const shape = type?.tensorType?.shape === undefined ? undefined : (dims ?? []);
  return {
    elem,
    shape: shape?.map(({ dimValue, dimParam }, i) => {
      if (dimValue !== undefined && dimValue >= 0) return Number(dimValue);
      const name = dimParam === undefined || dimParam === "" ? nameless(i) : dimParam;
      return name === undefined ? "?" : canonical(name);
    }),
  };
}

/** Uses the types declared in the file where inference found none. */
export function refine(graph: Graph, name: string, declared: ReadonlyMap<string, TensorType>): void {
  const said = declared.get(name);
  if (said === undefined || name === "") return;
  const known = graph.typeOf(name);
  if (known !== undefined && known.elem !== said.elem) return;
  const given = said.shape?.map((d, i) => (d === "?" ? `?${name}.${i}` : d));
  const merged = known?.shape?.map((d, i) => (typeof d === "string" && d.includes("?") ? (given?.[i] ?? d) : d));
  graph.setType(name, { elem: said.elem, shape: merged ?? given });
}
