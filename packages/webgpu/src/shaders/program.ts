import type { Matrix } from "@descent/core/adapter";
import {
  type Expr,
  type ExprOf,
  isMatrixFunction,
  isUniform,
  type Op,
  type Program,
  type Reduction,
  refuseOperations,
} from "@descent/core/graph";
import { type KernelPlan, kernelPlan } from "@descent/core/kernels";
import type { Codecs } from "./codes.ts";
import { elementwise } from "./elementwise.ts";
import type { DeviceKernel, Kind } from "./kernel.ts";
import { product, transposition } from "./matrices.ts";

/** A program as kernels of the device, level by level; sums of a level are whole before the next begins. */
export interface DeviceProgram {
  readonly plan: KernelPlan;
  readonly stages: readonly (readonly DeviceKernel[])[];
  /** Slots of one number, which change when nothing reads them any more. */
  readonly last: DeviceKernel | undefined;
  /** Slots of the model, which all its jobs share: they change once, after every job. */
  readonly shared: DeviceKernel | undefined;
}

const known = new WeakMap<KernelPlan, Map<string, DeviceProgram>>();
const NONE: Codecs = new Map();

/**
 * The kernels of a program for a parameter of this size, which matters only where there are products of matrices, with slots that these
 * codecs keep.
 */
export function deviceProgram(program: Program, size: Matrix, codecs: Codecs = NONE): DeviceProgram {
  const made = kernelPlan(program, size);
  let all = known.get(made);
  if (!all) known.set(made, (all = new Map()));
  const key = codecs.size === 0 ? "" : JSON.stringify([...codecs]);
  let found = all.get(key);
  if (!found) all.set(key, (found = make(program, made, codecs)));
  return found;
}

/** Functions of whole matrices are the host's. */
const lacks = (op: Op): boolean => isMatrixFunction(op);

function make(program: Program, made: KernelPlan, codecs: Codecs): DeviceProgram {
  refuseOperations(program, lacks, "@descent/webgpu", "Train with @descent/arrays");
  const stages = made.stages.map(({ work }) =>
    work.flatMap((one) => {
      if (one.kind === "product") return product(one, program.title);
      if (one.kind === "transposition") return transposition(one, program.title);
      if (one.kind === "whole") return []; // refused above
      const { kernel, domain, matrix } = one;
      const stores = new Map(kernel.buffers.flatMap((b) => (b.store ? [[b.key, b.store] as const] : [])));
      const take = (kind: Kind, sums: readonly ExprOf<Reduction>[]): DeviceKernel[] =>
        sums.length > 0 ? [elementwise(kind, domain, matrix, program, kernel, new Map(), sums, codecs)] : [];
      return [
        ...(stores.size > 0 ? [elementwise("elements", domain, matrix, program, kernel, stores, [], codecs)] : []),
        ...take("sums", kernel.sums.filter(isUniform)),
        ...take(
          "rows",
          kernel.sums.filter((e) => !isUniform(e)),
        ),
        ...take("columns", kernel.columnSums),
      ];
    }),
  );
  const storing = (ofModel: boolean): DeviceKernel | undefined => {
    const mine = made.stores.filter(({ input }) => (program.slots[input]?.place === "model") === ofModel);
    const stores = new Map(mine.map(({ input, value }) => [slotOf(made, input), value] as const));
    const none = { buffers: [], args: [] };
    return stores.size > 0 ? elementwise("elements", "scalar", undefined, program, none, stores, []) : undefined;
  };
  return { plan: made, stages, last: storing(false), shared: storing(true) };
}

const slotOf = ({ values }: KernelPlan, input: string): Expr => values.find((v) => v.input === input)!.key; // a slot that is written is an input
