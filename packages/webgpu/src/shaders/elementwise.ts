import type { Matrix } from "@descent/core/adapter";
import { type Expr, type ExprOf, isReduction, isUniform, type Program, type Reduction } from "@descent/core/graph";
import { type Kernel, operand, reach, shader, wgsl } from "@descent/core/kernels";
import { type Codecs, type CodedPlace, codecFunctions, decoded, encoding } from "./codes.ts";
import { around, aroundCodes, declarations, frame, helpers, joined } from "./frame.ts";
import { type DeviceKernel, FIXED, type Kind, words } from "./kernel.ts";

/**
 * A kernel that computes element by element, stores the values of `stores` (by the tensor or vector they go to) and takes reductions of
 * one kind. `codecs` are those of slots that have one.
 */
export function elementwise(
  kind: Kind,
  domain: DeviceKernel["domain"],
  matrix: Matrix | undefined,
  program: Program,
  kernel: Pick<Kernel, "buffers" | "args">,
  stores: ReadonlyMap<Expr, Expr>,
  sums: readonly ExprOf<Reduction>[],
  codecs: Codecs = new Map(),
): DeviceKernel {
  const vectors = new Set([
    ...kernel.args.filter((a) => a.perRow).map((a) => a.key),
    ...kernel.buffers.filter((b) => b.read).map((b) => b.key),
  ]);
  const perColumn = new Set(kernel.buffers.filter((b) => b.perColumn).map((b) => b.key));
  const perRow = new Set(kernel.args.filter((a) => a.perRow).map((a) => a.key));
  const isScalar = (e: Expr): boolean => program.scalars.includes(e);
  const isLeaf = (e: Expr): boolean =>
    vectors.has(e) || isScalar(e) || (isUniform(e) && (e.op === "var" || isReduction(e)));
  const reached = reach([...stores.values(), ...sums.map(operand)], isLeaf).filter((e) => e.op !== "const");
  const leaves: readonly Expr[] = reached.filter(isLeaf);
  const order = reached.filter((e) => !isLeaf(e));
  const touched = [...new Set([...leaves.filter((e) => !isScalar(e)), ...stores.keys()])];
  const names = touched.flatMap((e) => (e.op === "var" ? String(e.value) : []));
  const scratch = touched.filter((e) => e.op !== "var");
  const written = new Set([...stores.keys()].flatMap((e) => (e.op === "var" ? String(e.value) : [])));

  const coded = names.filter((name) => codecs.has(name));
  const made: Pick<DeviceKernel, "names" | "scratch" | "sums" | "coded"> = { names, scratch, sums, coded };
  const stride = words(made);
  const word = (at: number): string => `table[entry + ${at}u]`;
  // A tensor's piece begins where its window does, a matrix in the scratch buffer always at its first element.
  const index = (e: Expr): string => {
    if (perRow.has(e)) return " + row";
    if (perColumn.has(e)) return " + column";
    return isUniform(e) ? "" : e.op === "var" ? " + i" : " + first + i";
  };

  return {
    kind: [...stores.keys()].some((e) => e.op === "var" && codecs.has(String(e.value))) ? "codes" : kind,
    domain,
    matrix,
    inner: 0,
    title: program.title,
    ...made,
    written,
    code(bindings, writable) {
      const place = (e: Expr): string => {
        if (e.op !== "var") return `scratch[v${scratch.indexOf(e)}${index(e)}]`;
        const at = names.indexOf(String(e.value));
        return `b${bindings[at]}[o${at}${index(e)}]`;
      };
      const codedAt = (e: Expr): CodedPlace | undefined => {
        const name = e.op === "var" ? String(e.value) : "";
        const codec = codecs.get(name);
        const at = names.indexOf(name);
        if (!codec) return undefined;
        return { codec, binding: `b${bindings[at]}`, words: `o${at}`, heads: `h${at}`, seed: `s${at}` };
      };
      // All of such a tensor is in its window.
      const read = (e: Expr): string => {
        const there = codedAt(e);
        if (!there) return place(e);
        return decoded(there, perRow.has(e) ? "row" : perColumn.has(e) ? "column" : "first + i");
      };
      const encoded = [...stores.keys()].flatMap((e, y) => {
        const there = codedAt(e);
        return there ? [{ there, y }] : [];
      });
      const codes = encoding(encoded.map(({ there }) => there));
      const printed = shader(wgsl, order, (e) => `x${leaves.indexOf(e)}`);
      const load = (e: Expr): string =>
        `let x${leaves.indexOf(e)} = ${isScalar(e) ? `bitcast<f32>(table[scalars + ${program.scalars.indexOf(e)}u])` : read(e)};`;
      const once = leaves.filter(isUniform);
      const each = leaves.filter((e) => !isUniform(e));
      const body = [
        ...each.map(load),
        printed.statements,
        ...[...stores.values()].map((value, i) => `let y${i} = ${printed.value(value)};`),
        ...[...stores.keys()].flatMap((e, i) => (codedAt(e) ? [] : [`${place(e)} = y${i};`])),
        ...encoded.map(({ y }, i) => codes.take(i, `y${y}`)),
        ...sums.map((e, i) => {
          const value = printed.value(operand(e));
          return joined(e.op, `sum${i}`, e.op === "sumsq" ? `${value} * ${value}` : value);
        }),
      ].join("\n");
      const outputs = sums.map((_, i) => word(FIXED + names.length + scratch.length + i));
      return frame(
        printed.functions +
          helpers(sums.map((e) => e.op)) +
          codecFunctions(coded.map((name) => codecs.get(name)!)) +
          codes.declared, // they have one
        declarations(writable, new Set(coded.map((name) => bindings[names.indexOf(name)]!))),
        stride,
        [
          ...names.map((_, i) => `let o${i} = ${word(FIXED + i)};`),
          ...coded.flatMap((name, i) => {
            const [at, more] = [names.indexOf(name), FIXED + names.length + scratch.length + sums.length + 2 * i];
            return [`let h${at} = ${word(more)};`, `let s${at} = ${word(more + 1)};`];
          }),
          ...scratch.map((_, i) => `let v${i} = ${word(FIXED + names.length + i)};`),
          ...once.map(load),
          encoded.length > 0
            ? aroundCodes(codes, body)
            : around(
                kind,
                sums.map((e) => e.op),
                outputs,
                body,
              ),
        ].join("\n"),
      );
    },
  };
}
