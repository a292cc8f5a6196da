import type { Expr } from "@descent/core/graph";
import type { KernelPlan, Product, Work } from "@descent/core/kernels";
import type { Room } from "../matrices/workspace.ts";
import { Arena } from "../memory/arena.ts";
import type { JobGroup } from "./group.ts";

export interface Layout {
  /** The room that all groups need in the workspace. */
  readonly room: Room;
  /** Where each group's matrices begin there, in floats. */
  readonly starts: readonly number[];
}

/**
 * The second pass: gives each group's matrices their place in the workspace. Groups that run one after the other make
 * their matrices in the same place; those that wait for sums over the model, with matrices to keep, have places of their own.
 */
export function layOut(groups: readonly JobGroup[], model: boolean): Layout {
  const room = { matrices: 0, copies: 0 };
  const starts = groups.map(({ plan }) => {
    const { matrices, copies } = roomOf(plan);
    room.copies = Math.max(room.copies, copies);
    const own = model && carries(plan);
    const start = own ? room.matrices : 0;
    room.matrices = own ? start + matrices : Math.max(room.matrices, matrices);
    return start;
  });
  return { room, starts };
}

function roomOf({ stages, matrices, workspace }: KernelPlan): Room {
  const made = new Set(matrices.map((m) => m.key));
  let copies = 0;
  for (const one of stages.flatMap((s) => s.work))
    if (one.kind === "product") copies = Math.max(copies, outside(one, made));
  return { matrices: workspace, copies };
}
const outside = ({ left, right, rows, inner, cols }: Product, made: ReadonlySet<Expr>): number =>
  (made.has(left.key) ? 0 : Arena.floats([rows * inner])) + (made.has(right.key) ? 0 : Arena.floats([inner * cols]));

/** Whether a matrix made in one stage is read in a later one: then other jobs' stages in between must not lie there. */
function carries({ stages, matrices }: KernelPlan): boolean {
  const made = new Set(matrices.map((m) => m.key));
  const first = new Map<Expr, number>();
  return stages.some(({ work }, level) =>
    work.flatMap(touched).some((e) => {
      if (!made.has(e)) return false;
      if (!first.has(e)) first.set(e, level);
      return first.get(e) !== level;
    }),
  );
}
const touched = (one: Work): readonly Expr[] =>
  one.kind === "loop"
    ? one.kernel.buffers.map((b) => b.key)
    : one.kind === "product"
      ? [one.left.key, one.right.key, one.into]
      : one.kind === "whole"
        ? [...one.of.map(({ key }) => key), one.into]
        : [one.of, one.into];
