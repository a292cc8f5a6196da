import { OptimizerError } from "@descent/core";
import { type Job, matrix, size } from "@descent/core/adapter";
import type { Expr } from "@descent/core/graph";
import { domainOf } from "@descent/core/kernels";
import { COMPUTE, COPY_DST, type GpuBuffer, type GpuComputePass, type GpuDevice, STORAGE, type View } from "./gpu.ts";
import {
  columnParts,
  HEAD,
  type Loop,
  type Loops,
  loopsOf,
  parts,
  rowTiles,
  SUMMED,
  words,
  workgroups,
} from "./shaders.ts";

/** A loop with what it runs on, ready to be recorded. */
export interface Dispatch {
  readonly pipeline: unknown;
  readonly group: unknown;
  readonly x: number;
  readonly y: number;
}

/** A job on its way: where in the scratch buffer its vectors and sums are, in floats. */
interface State {
  readonly job: Job<View>;
  readonly loops: Loops;
  readonly rows: number;
  readonly cols: number;
  readonly length: number;
  readonly places: Map<Expr, number>;
}

/** A part of a buffer that a shader sees. */
interface Window {
  readonly buffer: GpuBuffer;
  readonly offset: number;
  readonly size: number;
}

/** Tensors that one dispatch steps: they run the same loop and lie in the same windows. */
interface Batch {
  readonly loop: Loop;
  /** Which window each of the loop's tensors lies in. */
  readonly bindings: readonly number[];
  readonly windows: readonly Window[];
  readonly entries: Entry[];
}
interface Entry {
  readonly groups: number;
  readonly length: number;
  readonly first: number;
  readonly cols: number;
  /** The job's scalars, or what stands in their place. */
  readonly scalars: readonly number[] | number;
  readonly rest: readonly number[];
}

/** Offsets of bindings are multiples of this everywhere. */
const ALIGNED = 256;
const up = (n: number, unit: number): number => Math.ceil(n / unit) * unit;

interface Pipeline {
  readonly pipeline: unknown;
  readonly layout: unknown;
}
/** By loop, and by shader: rules of one shape, and products of all sizes, are one pipeline. */
interface Pipelines {
  readonly byLoop: WeakMap<Loop, Map<string, Pipeline>>;
  readonly byCode: Map<string, Pipeline>;
}
const pipelines = new WeakMap<object, Pipelines>();
const ids = new WeakMap<object, number>();
let count = 0;
function id(of: object): number {
  let known = ids.get(of);
  if (known === undefined) ids.set(of, (known = count++));
  return known;
}

/** Turns the jobs of a step into dispatches: one per loop of a program where the tensors lie in the same buffers. */
export class Stepper {
  readonly device: GpuDevice;
  readonly #made: () => void;
  /** The bind groups of the last step, which the next one most likely has too. */
  #groups = new Map<string, unknown>();
  #table: GpuBuffer | undefined;
  /** Whether the caller may have steps that are not submitted yet. */
  #apart = false;
  #scratch: GpuBuffer | undefined;

  /** `made` is called before anything is asked of the device that it could refuse. */
  constructor(device: GpuDevice, made: () => void = () => {}) {
    this.device = device;
    this.#made = made;
  }

  /**
   * The dispatches of a step, in their order. They read numbers that change from step to step, which go to a buffer of the
   * stepper's own by the device's queue: submit before the next step is prepared. With `place` the caller puts them into
   * a buffer (of the usage STORAGE), and may submit whenever.
   */
  prepare(jobs: readonly Job<View>[], place?: (numbers: ArrayBuffer) => GpuBuffer): readonly Dispatch[] {
    const states = jobs.map((job): State => {
      const { rows, cols } = matrix(job.parameter);
      return {
        job,
        loops: loopsOf(job.program, { rows, cols }),
        rows,
        cols,
        length: size(job.parameter.shape),
        places: new Map(),
      };
    });
    const { batches, floats } = this.#batches(states);
    if (batches.length === 0) return [];
    this.#apart ||= place !== undefined;
    const scratch = this.#room("scratch", Math.max(4 * floats, ALIGNED));
    const { data, at } = table(batches);
    const target = place ? place(data) : this.#room("table", data.byteLength);
    if (!place) this.device.queue.writeBuffer(target, 0, data);
    const kept = new Map<string, unknown>();
    const dispatches = batches.map((batch, i) => this.#dispatch(batch, target, at[i]!, scratch, kept)); // one place per batch
    this.#groups = kept;
    return dispatches;
  }

  dispose(): void {
    this.#table?.destroy();
    this.#scratch?.destroy();
    this.#table = this.#scratch = undefined;
    this.#groups.clear();
  }

  /**
   * Level by level, because some sums run over all jobs; jobs with products of matrices one after the other in one
   * workspace, where no such sum forbids it.
   */
  #batches(states: readonly State[]): { readonly batches: readonly Batch[]; readonly floats: number } {
    let floats = 0;
    const take = (many: number): number => {
      const from = floats;
      floats += many;
      return from;
    };
    const room = ({ loops }: State): number => loops.plan.workspace;
    const together = states.some(({ loops }) => loops.plan.model);
    const shared = together ? 0 : take(Math.max(0, ...states.map(room)));
    for (const state of states) {
      const { loops, rows, cols, places } = state;
      for (const { key, input } of loops.plan.vectors)
        if (input === undefined) places.set(key, take(domainOf(key) === "row" ? rows : cols));
      const from = together ? take(room(state)) : shared;
      for (const { key, at } of loops.plan.matrices) places.set(key, from + at);
    }
    const waves = together
      ? [states]
      : [states.filter((s) => room(s) === 0), ...states.filter((s) => room(s) > 0).map((s) => [s])];
    return { batches: waves.flatMap((wave) => this.#wave(wave, take)), floats };
  }

  #wave(states: readonly State[], take: (many: number) => number): readonly Batch[] {
    const batches: Batch[] = [];
    const levels = Math.max(0, ...states.map(({ loops }) => loops.stages.length - 1));
    for (let level = 0; level < levels; level++) {
      const here = states.filter(({ loops }) => level < loops.stages.length - 1);
      const finish = [collector(parts), collector(columnParts)] as const;
      this.#sums(here, level, take, finish[0]);
      const open: Open = [];
      for (const state of here)
        for (const [i, loop] of state.loops.stages[level]!.entries())
          this.#add((open[i] ??= new Map()), state, loop, take, finish[1]);
      batches.push(...inOrder(open), ...finish.filter(({ entries }) => entries.length > 0));
    }
    const none = collector(columnParts); // the last loops take no sums
    for (const stage of [(l: Loops) => l.stages.at(-1)!, (l: Loops) => (l.last ? [l.last] : [])]) {
      const open: Open = [];
      for (const state of states)
        for (const [i, loop] of stage(state.loops).entries())
          this.#add((open[i] ??= new Map()), state, loop, take, none);
      batches.push(...inOrder(open));
    }
    return batches;
  }

  /** Gives the sums of a level their places, and says how their parts are added up. */
  #sums(states: readonly State[], level: number, take: (many: number) => number, finish: Batch): void {
    interface Part {
      readonly state: State;
      readonly sum: Expr;
      readonly many: number;
    }
    const totals = new Map<string, { readonly to: number; readonly of: Part[] }>();
    const add = (to: number, of: readonly Part[]): void => {
      const many = of.reduce((n, part) => n + part.many, 0);
      const from = take(many);
      let at = from;
      for (const part of of) {
        part.state.places.set(partsOf(part.sum), at);
        part.state.places.set(part.sum, to);
        at += part.many;
      }
      finish.entries.push({ groups: 1, length: many, first: from, cols: to, scalars: 0, rest: [] });
    };
    for (const state of states) {
      const { model } = state.loops.plan.stages[level]!;
      const spelt = new Map(model.map((m) => [m.sum, m.spelt]));
      for (const loop of state.loops.stages[level]!) {
        if (loop.kind !== "sums") continue;
        const { length } = extent(state, loop);
        const many = this.#segments(length).reduce((n, s) => n + workgroups("sums", s.length, 0, 0), 0);
        for (const sum of loop.sums) {
          const key = spelt.get(sum);
          if (key === undefined) {
            add(take(1), [{ state, sum, many }]);
            continue;
          }
          let total = totals.get(key);
          if (!total) totals.set(key, (total = { to: take(1), of: [] }));
          total.of.push({ state, sum, many });
        }
      }
    }
    // By name, so that the sum does not depend on the order in which parameters were given.
    for (const { to, of } of totals.values())
      add(
        to,
        [...of].sort((a, b) => byName(a.state, b.state)),
      );
  }

  /** The pieces of a tensor that fit a binding; nearly always one. */
  #segments(length: number): readonly { readonly first: number; readonly length: number }[] {
    const most = up(this.device.limits.maxStorageBufferBindingSize / 4 - SUMMED - ALIGNED / 4, SUMMED);
    const segments = [];
    for (let first = 0; first < length; first += most) segments.push({ first, length: Math.min(most, length - first) });
    return segments;
  }

  /** Puts a job's loop into the batch it can run in. */
  #add(open: Map<string, Batch>, state: State, loop: Loop, take: (many: number) => number, finish: Batch): void {
    const { job, places } = state;
    const { kind, domain } = loop;
    const { rows, cols, length } = extent(state, loop);
    const inPieces = (kind === "elements" || kind === "sums") && domain === "tensor";
    /** Adds up columns from parts of them; without parts they are zero. */
    const total = (vector: number, columns: number, from: number, many: number): void => {
      const groups = workgroups("columnParts", columns, 0, 0);
      if (groups > 0)
        finish.entries.push({ groups, length: columns, first: from, cols: vector, scalars: many, rest: [] });
    };
    const outputs = loop.sums.map((e) => {
      const to = places.get(kind === "sums" ? partsOf(e) : e)!; // given a place before
      if (kind === "rows" && length === 0) total(to, rows, 0, 0);
      if (kind !== "columns") return to;
      const many = rowTiles(rows);
      const from = take(many * cols);
      total(to, cols, from, many);
      return from;
    });
    if (length === 0) return;
    if (kind === "product" && loop.inner === 0) {
      // Factors without elements are no bindings; their product is zeros.
      const groups = workgroups("columnParts", length, 0, 0);
      const first = 0;
      const zeros = { groups, length, first, cols: places.get(loop.scratch[0]!)!, scalars: 0, rest: [] }; // where it goes
      open.set(`${id(loop)} zeros ${id(state)}`, { ...collector(columnParts), entries: [zeros] });
      return;
    }
    let part = 0;
    for (const segment of inPieces ? this.#segments(length) : [{ first: 0, length }]) {
      const groups = workgroups(kind, segment.length, rows, cols);
      const { bindings, windows, offsets } = this.#bind(state, loop, segment, inPieces);
      const key = `${id(loop)} ${bindings.join()} ${windows.map((w) => `${id(w.buffer)}+${w.offset}+${w.size}`).join()}`;
      let batch = open.get(key);
      if (!batch) open.set(key, (batch = { loop, bindings, windows, entries: [] }));
      batch.entries.push({
        groups,
        length: kind === "product" ? rows : segment.length,
        first: kind === "product" ? loop.inner : segment.first,
        cols: domain === "tensor" ? cols : length,
        scalars: job.scalars,
        rest: [
          ...offsets,
          ...loop.scratch.map((e) => places.get(e)!), // given a place before
          ...outputs.map((at) => (kind === "sums" ? at + part : at)),
        ],
      });
      part += groups;
    }
  }

  /** The windows that a loop's tensors are seen through, and where in them each begins. */
  #bind(
    { job }: State,
    loop: Loop,
    segment: { readonly first: number; readonly length: number },
    inPieces: boolean,
  ): {
    readonly bindings: readonly number[];
    readonly windows: readonly Window[];
    readonly offsets: readonly number[];
  } {
    const { maxStorageBufferBindingSize: most, maxStorageBuffersPerShaderStage: many } = this.device.limits;
    const windows: Window[] = [];
    const offsets: number[] = [];
    const bindings = loop.names.map((name) => {
      const { buffer, offset, length } = job.tensors[name]!; // the program's own
      const begin = offset + (inPieces ? 4 * segment.first : 0);
      const end = inPieces ? begin + 4 * segment.length : offset + 4 * length;
      const from = buffer.size <= most ? 0 : begin - (begin % ALIGNED);
      const bytes = buffer.size <= most ? buffer.size - (buffer.size % 4) : end - from;
      if (bytes > most)
        throw new OptimizerError(
          `\`${job.parameter.name}\` takes ${bytes} bytes, and this device shows a shader ${most} at a time, too few for ${job.program.title}. Ask for the device with requiredLimits: { maxStorageBufferBindingSize: ${bytes} }.`,
        );
      offsets.push((begin - from) / 4);
      const same = windows.findIndex((w) => w.buffer === buffer && w.offset === from && w.size === bytes);
      if (same >= 0) return same;
      const near = windows.find((w) => w.buffer === buffer && from < w.offset + w.size && w.offset < from + bytes);
      if (near)
        throw new OptimizerError(
          `\`${job.parameter.name}\` has tensors less than ${ALIGNED} bytes apart in a buffer of ${buffer.size} bytes, of which this device shows a shader ${most} at a time. Ask for the device with requiredLimits: { maxStorageBufferBindingSize: ${buffer.size} }, or use several buffers.`,
        );
      windows.push({ buffer, offset: from, size: bytes });
      return windows.length - 1;
    });
    if (windows.length + 2 > many)
      throw new OptimizerError(
        `${job.program.title} needs ${windows.length + 2} buffers for \`${job.parameter.name}\`, and this device shows a shader ${many}. Ask for the device with requiredLimits: { maxStorageBuffersPerShaderStage: ${windows.length + 2} }, or put the tensors into one buffer with \`allocate\`.`,
      );
    return { bindings, windows, offsets };
  }

  #dispatch(
    { loop, bindings, windows, entries }: Batch,
    target: GpuBuffer,
    at: { readonly offset: number; readonly size: number },
    scratch: GpuBuffer,
    kept: Map<string, unknown>,
  ): Dispatch {
    // A buffer that is seen twice may not be written through one window and read through another.
    const writable = windows.map(
      ({ buffer }, i) =>
        windows.some((w, k) => k !== i && w.buffer === buffer) ||
        loop.names.some((name, k) => bindings[k] === i && loop.written.has(name)),
    );
    const { pipeline, layout } = this.#pipeline(loop, bindings, writable);
    const bound = [{ buffer: target, ...at }, { buffer: scratch, offset: 0, size: scratch.size }, ...windows];
    const key = `${id(loop)} ${bindings.join()} ${bound.map((w) => `${id(w.buffer)}+${w.offset}+${w.size}`).join()}`;
    let group = kept.get(key) ?? this.#groups.get(key);
    if (group === undefined) {
      this.#made();
      group = this.device.createBindGroup({
        label: `descent: ${loop.title}`,
        layout,
        entries: bound.map((resource, binding) => ({ binding, resource })),
      });
    }
    kept.set(key, group);
    const total = entries.reduce((n, e) => n + e.groups, 0);
    const most = this.device.limits.maxComputeWorkgroupsPerDimension;
    const x = Math.min(total, most);
    return { pipeline, group, x, y: Math.ceil(total / x) };
  }

  #pipeline(loop: Loop, bindings: readonly number[], writable: readonly boolean[]): Pipeline {
    const { device } = this;
    let made = pipelines.get(device);
    if (!made) pipelines.set(device, (made = { byLoop: new WeakMap(), byCode: new Map() }));
    let known = made.byLoop.get(loop);
    if (!known) made.byLoop.set(loop, (known = new Map()));
    const key = `${bindings.join()} ${writable.join()}`;
    let found = known.get(key);
    if (found) return found;
    const code = loop.code(bindings, writable);
    found = made.byCode.get(code) ?? this.#compile(loop, writable, code);
    made.byCode.set(code, found);
    known.set(key, found);
    return found;
  }

  #compile({ title }: Loop, writable: readonly boolean[], code: string): Pipeline {
    const { device } = this;
    this.#made();
    const label = `descent: ${title}`;
    const types = ["read-only-storage", "storage", ...writable.map((w) => (w ? "storage" : "read-only-storage"))];
    const layout = device.createBindGroupLayout({
      label,
      entries: types.map((type, binding) => ({ binding, visibility: COMPUTE, buffer: { type } })),
    });
    const pipeline = device.createComputePipeline({
      label,
      layout: device.createPipelineLayout({ label, bindGroupLayouts: [layout] }),
      compute: { module: device.createShaderModule({ label, code }), entryPoint: "main" },
    });
    return { pipeline, layout };
  }

  #room(which: "table" | "scratch", bytes: number): GpuBuffer {
    const now = which === "table" ? this.#table : this.#scratch;
    if (now && now.size >= bytes) return now;
    const { maxBufferSize, maxStorageBufferBindingSize } = this.device.limits;
    const most = Math.min(maxBufferSize, maxStorageBufferBindingSize);
    if (bytes > most)
      throw new OptimizerError(
        `A step needs ${bytes} bytes for what it computes on the way, and this device shows a shader ${most} at a time. Ask for the device with requiredLimits: { maxBufferSize: ${bytes}, maxStorageBufferBindingSize: ${bytes} }.`,
      );
    // A step that is not submitted yet needs the old one, which is then left to be collected.
    if (!this.#apart) now?.destroy();
    this.#made();
    const made = this.device.createBuffer({
      label: `descent: ${which}`,
      size: Math.max(bytes, Math.min(up(bytes * 1.5, ALIGNED), most - (most % ALIGNED))),
      usage: STORAGE | COPY_DST,
      mappedAtCreation: false,
    });
    if (which === "table") this.#table = made;
    else this.#scratch = made;
    return made;
  }
}

/** Records dispatches into a compute pass. */
export function encode(pass: GpuComputePass, dispatches: readonly Dispatch[]): void {
  for (const { pipeline, group, x, y } of dispatches) {
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, group);
    pass.dispatchWorkgroups(x, y);
  }
}

/** How much a loop runs over. */
function extent(
  state: State,
  { domain, matrix: own }: Loop,
): { readonly rows: number; readonly cols: number; readonly length: number } {
  const { rows, cols } = own ?? state;
  const all = own ? rows * cols : state.length;
  return { rows, cols, length: { tensor: all, row: rows, column: cols, scalar: 1 }[domain] };
}

const collector = (loop: Loop): Batch => ({ loop, bindings: [], windows: [], entries: [] });

/** Stands for where the parts of a sum are, beside where the sum itself is. */
const partials = new WeakMap<Expr, Expr>();
function partsOf(sum: Expr): Expr {
  let known = partials.get(sum);
  if (!known) partials.set(sum, (known = { ...sum }));
  return known;
}

/** Batches of a stage by where their loop comes in its program: a loop may need what those before it have stored. */
type Open = Map<string, Batch>[];
const inOrder = (open: Open): readonly Batch[] => open.flatMap((batches) => [...batches.values()]);

/** The tables of all batches in one: for each a head, its entries, then the scalars they read. */
function table(batches: readonly Batch[]): {
  readonly data: ArrayBuffer;
  readonly at: readonly { readonly offset: number; readonly size: number }[];
} {
  const at: { offset: number; size: number }[] = [];
  const scalars = batches.map(({ entries }) => {
    const distinct = new Map<readonly number[], number>();
    let many = 0;
    for (const { scalars: numbers } of entries)
      if (typeof numbers !== "number" && !distinct.has(numbers)) {
        distinct.set(numbers, many);
        many += numbers.length;
      }
    return { distinct, many };
  });
  let total = 0;
  for (const [i, { loop, entries }] of batches.entries()) {
    const bytes = 4 * (HEAD + entries.length * words(loop) + scalars[i]!.many);
    at.push({ offset: total, size: bytes });
    total += up(bytes, ALIGNED);
  }
  const data = new ArrayBuffer(total);
  const integers = new Uint32Array(data);
  const floats = new Float32Array(data);
  for (const [i, { loop, entries }] of batches.entries()) {
    const begin = at[i]!.offset / 4;
    const stride = words(loop);
    const numbersAt = HEAD + entries.length * stride;
    let groups = 0;
    for (const [k, e] of entries.entries()) {
      const own = typeof e.scalars === "number" ? e.scalars : numbersAt + scalars[i]!.distinct.get(e.scalars)!;
      integers.set([groups, e.length, e.first, e.cols, own, ...e.rest], begin + HEAD + k * stride);
      groups += e.groups;
    }
    integers.set([entries.length, groups], begin);
    for (const [numbers, from] of scalars[i]!.distinct) floats.set(numbers, begin + numbersAt + from);
  }
  return { data, at };
}

const byName = (a: State, b: State): number => {
  const [x, y] = [a.job.parameter.name, b.job.parameter.name];
  return x < y ? -1 : x > y ? 1 : 0;
};
