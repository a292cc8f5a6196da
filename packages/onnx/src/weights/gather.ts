import { sourceTag } from "../graph/tags.ts";
import type { Constant } from "../proto/constant.ts";
import { tensorOf } from "../proto/tensor.ts";
import { type Draft, kernels } from "./draft.ts";
import { repeated, uniform } from "./values.ts";

/** The input from which on recurrent layers read states and not kernels. */
const states = 5;
/** The results of lookups, as torch.export names them. */
const looked = /(^|\/)(index|index_select|embedding|gather|take)(_\d+)?$/;

/** A weight whose numbers were copied to several places when the file was made is one again: its numbers, gathered. */
export function gather(draft: Draft): void {
  const { kinds } = draft.tags;
  if (kinds.size === 0) return;
  const present = new Set(draft.initializers.keys());
  for (const [name, uses] of draft.uses()) {
    // The places may be a buffer of theirs.
    const [source, ...more] = draft.sources(name).filter((one) => kinds.get(one) === "parameter");
    if (source === undefined || more.length > 0 || source === name) continue;
    if (draft.tags.made.get(name) === "computed") continue;
    if (present.has(source)) {
      if (!draft.inner.has(name)) stretch(draft, name, source);
      continue;
    }
    if (
      draft.inner.has(name) ||
      uses.some(({ node, input }) => kernels.has(draft.nodes[node]?.opType ?? "") && input > 0 && input < states)
    )
      continue;
    const value = draft.constant(name);
    const found = value === undefined ? undefined : (repeated(value) ?? expanded(draft, name, value));
    // Which of its numbers were one cannot be seen while they are equal.
    if (value !== undefined && found === undefined && looked.test(name) && value.data.length > 1 && uniform(value))
      draft.computed(name);
    if (value === undefined || found === undefined) continue;
    const numbers = draft.fresh(source);
    const places = draft.fresh(`${name}.places`);
    const flat: Constant = { elem: "float32", dims: [found.numbers.length], data: found.numbers };
    draft.initializers.delete(name);
    draft.initializers.set(numbers, { ...tensorOf(numbers, flat), metadataProps: sourceTag([source], "parameter") });
    draft.initializers.set(places, tensorOf(places, { elem: "int64", dims: value.dims, data: found.places }));
    draft.first.push({ opType: "Gather", name: `gathered/${name}`, input: [numbers, places], output: [name] });
    draft.changes.push({ kind: "gathered", name: numbers, of: name });
  }
}

/** A tensor that holds a stored parameter stretched along other dimensions gives way to the parameter, stretched in the run. */
function stretch(draft: Draft, name: string, source: string): void {
  const [value, base] = [draft.constant(name), draft.constant(source)];
  if (value === undefined || base === undefined || value.elem !== base.elem) return;
  const lead = value.dims.length - base.dims.length;
  if (lead < 0 || value.data.length <= base.data.length) return;
  const sizes = value.dims.map((_, axis) => base.dims[axis - lead] ?? 1);
  if (sizes.some((size, axis) => size !== 1 && size !== value.dims[axis])) return;
  const at = (i: number): number => {
    let [rest, place, step] = [i, 0, 1];
    for (let axis = sizes.length - 1; axis >= 0; axis--) {
      const [size = 1, whole = 1] = [sizes[axis], value.dims[axis]];
      if (size > 1) place += (rest % whole) * step;
      rest = Math.floor(rest / whole);
      step *= size;
    }
    return place;
  };
  for (let i = 0; i < value.data.length; i++) if (value.data[i] !== base.data[at(i)]) return;
  const shape = draft.fresh(`${name}.shape`);
  const data = BigInt64Array.from(value.dims, BigInt);
  draft.initializers.delete(name);
  draft.initializers.set(shape, tensorOf(shape, { elem: "int64", dims: [data.length], data }));
  draft.first.push({ opType: "Expand", name: `stretched/${name}`, input: [source, shape], output: [name] });
  draft.changes.push({ kind: "tied", name, of: source });
}

/** The numbers of a token that is the same number throughout, and that was repeated for each example of the batch. */
function expanded({ graph }: Draft, name: string, value: Constant): ReturnType<typeof repeated> {
  const [rows = 0, ...sizes] = value.dims;
  if (!/(^|\/)expand(_\d+)?$/.test(name) || rows < 2 || !(value.data instanceof Float32Array) || !uniform(value))
    return undefined;
  const batch = (graph.input ?? []).some(
    ({ type }) => Number(type?.tensorType?.shape?.dim?.[0]?.dimValue ?? 0) === rows,
  );
  const size = sizes.reduce((a, b) => a * b, 1);
  if (!batch) return undefined;
  return {
    numbers: value.data.slice(0, size),
    places: BigInt64Array.from(value.data, (_, i) => BigInt(i % size)),
  };
}
