import { type Job, matrix, size } from "@descent/core/adapter";
import type { ExprOf, Reduction } from "@descent/core/graph";
import { domainOf } from "@descent/core/kernels";
import { type GpuDevice, headsOf, up, type View } from "../device/gpu.ts";
import { type DeviceKernel, rowTiles, SUMMED, workgroups } from "../shaders/kernel.ts";
import { finishes, finishOf, zeros } from "../shaders/parts.ts";
import { deviceProgram } from "../shaders/program.ts";
import { ALIGNED, type Batch, collector, id, OpenBatches, type PlacedJob, Places } from "./batch.ts";
import { partsOf, sumsOf } from "./sums.ts";
import { bind, type Segment } from "./windows.ts";

/**
 * The jobs of a step as batches, in the order in which they run, and the floats of scratch memory they need. Level by
 * level, because some sums run over all jobs; jobs with products of matrices one after the other in one workspace, unless
 * such a sum forbids it.
 */
export function batchesOf(
  device: Pick<GpuDevice, "limits">,
  jobs: readonly Job<View>[],
): { readonly batches: readonly Batch[]; readonly floats: number } {
  const batcher = new Batcher(device);
  return { batches: batcher.batches(jobs.map(placed)), floats: batcher.floats };
}

function placed(job: Job<View>): PlacedJob {
  const { rows, cols } = matrix(job.parameter);
  const codecs = Object.entries(job.tensors).flatMap(([name, { coded }]) =>
    coded ? [[name, coded.codec] as const] : [],
  );
  const program = deviceProgram(job.program, { rows, cols }, new Map(codecs));
  return { job, program, rows, cols, length: size(job.parameter.shape), places: new Places() };
}

/** Batches of the kernels that finish reductions by column. */
type Collectors = ReadonlyMap<DeviceKernel, Batch>;
const collectors = (): Collectors => new Map(finishes.map(({ columns }) => [columns, collector(columns)]));

/** How much a kernel runs over. */
function extent(
  job: PlacedJob,
  { domain, matrix: own }: DeviceKernel,
): { readonly rows: number; readonly cols: number; readonly length: number } {
  const { rows, cols } = own ?? job;
  const all = own ? rows * cols : job.length;
  return { rows, cols, length: { tensor: all, row: rows, column: cols, scalar: 1 }[domain] };
}

/** For each slot of a model one of the jobs that share it. */
function onePerModel(jobs: readonly PlacedJob[]): readonly PlacedJob[] {
  const seen = new Set<string>();
  return jobs.filter(({ job, program: { shared } }) => {
    const [name] = shared?.written ?? [];
    if (name === undefined) return false;
    const { buffer, offset } = job.tensors[name]!; // a program writes slots that its job has
    const slot = `${id(buffer)}+${offset}`;
    return !seen.has(slot) && seen.add(slot);
  });
}

class Batcher {
  readonly #device: Pick<GpuDevice, "limits">;
  /** Floats of the scratch buffer that are taken. */
  floats = 0;

  constructor(device: Pick<GpuDevice, "limits">) {
    this.#device = device;
  }

  readonly #reserve = (floats: number): number => {
    const from = this.floats;
    this.floats += floats;
    return from;
  };

  batches(jobs: readonly PlacedJob[]): readonly Batch[] {
    const room = ({ program }: PlacedJob): number => program.plan.workspace;
    const together = jobs.some(({ program }) => program.plan.model);
    const shared = together ? 0 : this.#reserve(jobs.reduce((most, job) => Math.max(most, room(job)), 0));
    for (const job of jobs) {
      const { program, places } = job;
      for (const { key, input, matrix: own } of program.plan.vectors) {
        const { rows, cols } = own ?? job;
        if (input === undefined) places.give(key, this.#reserve(domainOf(key) === "row" ? rows : cols));
      }
      const from = together ? this.#reserve(room(job)) : shared;
      for (const { key, at } of program.plan.matrices) places.give(key, from + at);
    }
    const waves = together
      ? [jobs]
      : [jobs.filter((job) => room(job) === 0), ...jobs.filter((job) => room(job) > 0).map((job) => [job])];
    const taken = waves.flatMap((wave) => this.#wave(wave)); // gives sums their places, which the last kernels read
    const none = collectors(); // slots of the model take no sums
    const last = this.#stage(onePerModel(jobs), ({ program }) => (program.shared ? [program.shared] : []), none);
    return [...taken, ...last];
  }

  #wave(jobs: readonly PlacedJob[]): readonly Batch[] {
    const batches: Batch[] = [];
    const levels = jobs.reduce((most, { program }) => Math.max(most, program.stages.length - 1), 0);
    for (let level = 0; level < levels; level++) {
      const here = jobs.filter(({ program }) => level < program.stages.length - 1);
      const columns = collectors();
      const sums = sumsOf(here, level, this.#reserve, (job, kernel) =>
        this.#segments(extent(job, kernel).length).reduce((n, s) => n + workgroups("sums", s.length, 0, 0), 0),
      );
      const stage = this.#stage(here, ({ program }) => program.stages[level]!, columns); // one of theirs
      batches.push(...stage, ...[...sums, ...columns.values()].filter(({ entries }) => entries.length > 0));
    }
    const none = collectors(); // the last kernels take no sums
    return [
      ...batches,
      ...this.#stage(jobs, ({ program }) => program.stages.at(-1)!, none), // every program has a last stage
      ...this.#stage(jobs, ({ program }) => (program.last ? [program.last] : []), none),
    ];
  }

  #stage(
    jobs: readonly PlacedJob[],
    kernelsOf: (job: PlacedJob) => readonly DeviceKernel[],
    columns: Collectors,
  ): readonly Batch[] {
    const open = new OpenBatches();
    for (const job of jobs)
      for (const [place, kernel] of kernelsOf(job).entries()) this.#add(open, place, job, kernel, columns);
    return open.inOrder();
  }

  /** The pieces of a tensor that fit a binding; nearly always one. Where not even the smallest fits, `bind` says so. */
  #segments(length: number): readonly Segment[] {
    const floats = this.#device.limits.maxStorageBufferBindingSize / 4;
    const most = Math.max(SUMMED, up(floats - SUMMED - ALIGNED / 4, SUMMED));
    const segments = [];
    for (let first = 0; first < length; first += most) segments.push({ first, length: Math.min(most, length - first) });
    return segments;
  }

  /** Puts a job's kernel into the batch it can run in. Sums by column are finished by `columns`. */
  #add(open: OpenBatches, place: number, job: PlacedJob, kernel: DeviceKernel, columns: Collectors): void {
    const { places } = job;
    const { kind, domain } = kernel;
    const { rows, cols, length } = extent(job, kernel);
    const inPieces = (kind === "elements" || kind === "codes" || kind === "sums") && domain === "tensor";
    const outputs = this.#outputs(job, kernel, columns);
    if (length === 0) return;
    if (kind === "product" && kernel.inner === 0) {
      // Factors without elements cannot be bound; their product is zeros.
      const groups = workgroups("columnParts", length, 0, 0);
      const into = places.of(kernel.scratch[0]!); // the product
      open
        .at(place, `${id(kernel)} zeros ${id(job)}`, () => collector(zeros))
        .entries.push({ groups, length, first: 0, cols: into, scalars: 0, rest: [] });
      return;
    }
    let part = 0;
    for (const segment of inPieces ? this.#segments(length) : [{ first: 0, length }]) {
      const groups = workgroups(kind, segment.length, rows, cols);
      const { bindings, windows, offsets } = bind(this.#device, job, kernel, segment, inPieces);
      const seen = windows.map((w) => `${id(w.buffer)}+${w.offset}+${w.size}`);
      const batch = open.at(place, `${id(kernel)} ${bindings.join()} ${seen.join()}`, () => ({
        kernel,
        bindings,
        windows,
        entries: [],
      }));
      batch.entries.push({
        groups,
        length: kind === "product" ? rows : segment.length,
        first: kind === "product" ? kernel.inner : segment.first,
        cols: domain === "tensor" ? cols : length,
        scalars: job.job.scalars,
        rest: [
          ...offsets,
          ...kernel.scratch.map((e) => places.of(e)),
          ...outputs.map((to) => (kind === "sums" ? to + part : to)),
          ...kernel.coded.flatMap((name) => {
            const view = job.job.tensors[name]!; // a program's own
            return [offsets[kernel.names.indexOf(name)]! + headsOf(view), view.coded!.seed];
          }),
        ],
      });
      part += groups;
    }
  }

  /** Where a kernel's sums, or their parts, go. */
  #outputs(job: PlacedJob, kernel: DeviceKernel, columns: Collectors): readonly number[] {
    const { rows, cols, length } = extent(job, kernel);
    /** Joins columns from parts of them, of which there may be none. */
    const total = (e: ExprOf<Reduction>, vector: number, width: number, first: number, many: number): void => {
      const groups = workgroups("columnParts", width, 0, 0);
      const { entries } = columns.get(finishOf(e.op).columns)!; // there is one of each
      if (groups > 0) entries.push({ groups, length: width, first, cols: vector, scalars: many, rest: [] });
    };
    return kernel.sums.map((e) => {
      const to = job.places.of(kernel.kind === "sums" ? partsOf(e) : e);
      if (kernel.kind === "rows" && length === 0) total(e, to, rows, 0, 0);
      if (kernel.kind !== "columns") return to;
      const many = rowTiles(rows);
      const from = this.#reserve(many * cols);
      total(e, to, cols, from, many);
      return from;
    });
  }
}
