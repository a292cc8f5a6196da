import { type Expr, isMatrixOp, isReduction, isUniform, postorder } from "../expr.ts";
import type { Matrix } from "../parameter.ts";
import type { Step } from "./step.ts";

/** A matrix with its place in the workspace. */
export interface Placed {
  readonly key: Expr;
  /** In floats. */
  readonly at: number;
  readonly rows: number;
  readonly cols: number;
}

const symmetries = new WeakMap<Expr, boolean>();
/** Whether a formula is symmetric by how it is made: X X', products of one symmetric matrix with itself, the identity, and what is computed of such element by element. */
export function isSymmetric(e: Expr): boolean {
  const plain = (x: Expr): Expr => (x.op === "transpose" ? x.args[0] : x);
  const deciding = (x: Expr): readonly Expr[] => {
    if (symmetries.has(x) || isReduction(x)) return [];
    if (x.op === "matmul") return x.args[0] === x.args[1] ? [plain(x.args[0])] : [];
    if (isMatrixOp(x) && x.op !== "transpose") return [];
    return x.args.filter((a) => !isUniform(a));
  };
  for (const x of postorder([e], deciding)) {
    if (symmetries.has(x)) continue;
    const parts = deciding(x);
    const all = parts.every((a) => symmetries.get(a));
    const made = x.op === "matmul" ? plain(x.args[0]) === plain(x.args[1]) : x.op === "eye" || parts.length > 0;
    symmetries.set(x, all && made);
  }
  return symmetries.get(e)!; // it is the last of its own postorder
}

/** Matrices begin at multiples of this many floats, as buffers bound by offset must. */
const UNIT = 64;

/**
 * Room in one workspace for the matrices that steps make, from the step that makes one to the last that reads it. A loop
 * may write where a matrix lies that it reads for the last time; a product may not.
 */
export function layOut(
  steps: readonly Step[],
  sizeOf: (e: Expr) => Matrix | undefined,
): { readonly matrices: readonly Placed[]; readonly workspace: number } {
  const last = new Map<Expr, number>();
  steps.forEach((step, i) => {
    for (const e of reads(step)) last.set(e, i);
  });
  const placed: Placed[] = [];
  let live: (Placed & { readonly floats: number })[] = [];
  let workspace = 0;
  steps.forEach((step, i) => {
    for (const key of writes(step)) {
      const size = sizeOf(key);
      if (!size) continue;
      const floats = Math.ceil((size.rows * size.cols) / UNIT) * UNIT;
      const heir = step.kind === "loop" ? live.find((m) => m.floats === floats && last.get(m.key) === i) : undefined;
      let at = heir?.at ?? 0;
      if (heir) live = live.filter((m) => m !== heir);
      else for (const m of live) if (m.at < at + floats && at < m.at + m.floats) at = m.at + m.floats;
      live.push({ key, at, ...size, floats });
      live.sort((a, b) => a.at - b.at);
      placed.push({ key, at, ...size });
      workspace = Math.max(workspace, at + floats);
    }
    live = live.filter((m) => last.get(m.key)! > i); // what is made is read later
  });
  return { matrices: placed, workspace };
}

function reads(step: Step): readonly Expr[] {
  if (step.kind === "product") return [step.left.key, step.right.key];
  if (step.kind === "transposition") return [step.of];
  if (step.kind === "whole") return step.of.map(({ key }) => key);
  return step.kernel.buffers.filter((b) => b.read).map((b) => b.key);
}

const writes = (step: Step): readonly Expr[] =>
  step.kind === "loop" ? step.kernel.buffers.filter((b) => b.store).map((b) => b.key) : [step.into];
