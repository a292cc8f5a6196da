import { OptimizerError } from "@descent/core";
import { list, suggestion } from "@descent/core/adapter";
import { listed, type PerLayer, type Targets } from "../methods/method.ts";
import type { Found } from "./find.ts";
import type { Layer } from "./layer.ts";

/** A glob as a pattern: `*` is any text without a dot, `**` any text. */
function globbed(glob: string): RegExp {
  const source = glob
    .split(/(\*\*|\*)/)
    .map((part) => (part === "**" ? ".*" : part === "*" ? "[^.]*" : part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")))
    .join("");
  return new RegExp(`^(?:.*\\.)?${source}$`);
}

/** Whether a name is meant by a target: whole, by its end after a dot, by a glob, or by a pattern that fits all of it. */
export function fits(target: string | RegExp, module: string): boolean {
  if (target instanceof RegExp) {
    const whole = new RegExp(`^(?:${target.source})$`, target.flags.replace(/[gy]/g, ""));
    return whole.test(module);
  }
  if (target.includes("*")) return globbed(target).test(module);
  return module === target || module.endsWith(`.${target}`);
}

const shown = (target: string | RegExp): string => (typeof target === "string" ? `\`${target}\`` : String(target));

/** Throws and lists names near a target that means no layer. */
export function refused(
  where: string,
  option: string,
  target: string | RegExp,
  names: readonly string[],
  more = "",
): never {
  const ends = new Set(names.flatMap((name) => name.split(".").map((_, i, all) => all.slice(i).join("."))));
  const near = typeof target === "string" ? suggestion(target, ends) : "";
  throw new OptimizerError(
    `\`${where}\`: \`${option}\` has ${shown(target)}, which no layer of the model is called.${near} Its layers are ${list(names, 12)}.${more}`,
  );
}

const hiddenNote = (hidden: number): string =>
  hidden === 0
    ? ""
    : ` ${hidden} more ${hidden === 1 ? "is" : "are"} inside functions, branches or fused operators: write them out first with exportModel(importModel(model)).`;

/** The layers that are meant. Throws where a target means none. */
export function chosen(
  where: string,
  { layers, hidden }: Found,
  targets: Targets,
  exclude: Targets | undefined,
): readonly Layer[] {
  const names = layers.map(({ module }) => module);
  if (layers.length === 0)
    throw new OptimizerError(
      `\`${where}\` finds no layer in the model: no MatMul, Gemm, Conv or Gather reads a stored weight.${hiddenNote(hidden)}`,
    );
  const picked = new Set<Layer>();
  for (const target of listed(targets)) {
    const meant =
      target === "all-linear"
        ? layers.filter(({ kind, last }) => kind === "linear" && !last)
        : layers.filter(({ module }) => fits(target, module));
    if (meant.length === 0) {
      if (target === "all-linear")
        throw new OptimizerError(
          `\`${where}\`: the model has no linear layer besides its last. Name its layers: ${list(names, 12)}.`,
        );
      refused(where, "targets", target, names, hiddenNote(hidden));
    }
    for (const layer of meant) picked.add(layer);
  }
  for (const target of exclude === undefined ? [] : listed(exclude)) {
    const out = layers.filter(({ module }) => fits(target, module));
    if (out.length === 0) refused(where, "exclude", target, names);
    for (const layer of out) picked.delete(layer);
  }
  if (picked.size === 0) throw new OptimizerError(`\`${where}\`: \`exclude\` leaves out all of the targets.`);
  return layers.filter((layer) => picked.has(layer));
}

/** The number for a layer: the first whose name fits, else the general one. */
export function numberFor(module: string, all: PerLayer, otherwise: number): number {
  const found = Object.entries(all).find(([target]) => fits(target, module));
  return found?.[1] ?? otherwise;
}

/** Throws where a number is for a name that no adapted layer has. */
export function checkPerLayer(where: string, option: string, all: PerLayer, layers: readonly Layer[]): void {
  const names = layers.map(({ module }) => module);
  for (const target of Object.keys(all))
    if (!names.some((name) => fits(target, name))) refused(where, option, target, names);
}
