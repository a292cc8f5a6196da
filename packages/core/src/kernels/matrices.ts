import { type Expr, isMatrixOp, isReduction, isUniform, postorder } from "../expr.ts";
import type { Matrix } from "../parameter.ts";
import type { Work } from "./work.ts";

/** A matrix with its place in the workspace. */
export interface Placed {
  /** The expression whose value it holds. */
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
 * Room in one workspace for the matrices that a step makes, from the work that makes one to the last that reads it. A loop
 * may write where a matrix lies that it reads for the last time; a product may not.
 */
export function layOut(
  work: readonly Work[],
  sizeOf: (e: Expr) => Matrix | undefined,
): { readonly matrices: readonly Placed[]; readonly workspace: number } {
  const last = new Map<Expr, number>();
  work.forEach((one, i) => {
    for (const e of reads(one)) last.set(e, i);
  });
  const placed: Placed[] = [];
  let live: (Placed & { readonly floats: number })[] = [];
  let workspace = 0;
  work.forEach((one, i) => {
    for (const key of writes(one)) {
      const size = sizeOf(key);
      if (!size) continue;
      const floats = Math.ceil((size.rows * size.cols) / UNIT) * UNIT;
      const heir = one.kind === "loop" ? live.find((m) => m.floats === floats && last.get(m.key) === i) : undefined;
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

function reads(one: Work): readonly Expr[] {
  if (one.kind === "product") return [one.left.key, one.right.key];
  if (one.kind === "transposition") return [one.of];
  if (one.kind === "whole") return one.of.map(({ key }) => key);
  return one.kernel.buffers.filter((b) => b.read).map((b) => b.key);
}

const writes = (one: Work): readonly Expr[] =>
  one.kind === "loop" ? one.kernel.buffers.filter((b) => b.store).map((b) => b.key) : [one.into];
