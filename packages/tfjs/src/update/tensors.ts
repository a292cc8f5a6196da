import { CodedSlots, type Precisions } from "@descent/arrays/engine";
import { OptimizerError, type Parameter } from "@descent/core";
import { type Backend, type Drawing, type Job, matrix, type Shape, type Start, size } from "@descent/core/adapter";
import type { Program } from "@descent/core/graph";
import { kernelPlan } from "@descent/core/kernels";
import { clone, engine, fill, type KernelBackend, type Tensor, tensor, tidy, variable } from "@tensorflow/tfjs-core";
import { codedSlot, refuseCodes, refuseStart } from "./coded.ts";
import { compose, totalling } from "./composed.ts";
import { standFor, withDrawn } from "./drawings.ts";
import { refuseNonFinite } from "./finite.ts";
import type { Fused } from "./fused/fused.ts";
import { fusedOn } from "./fused/index.ts";
import { Guard } from "./guard.ts";
import { halfPrecision, refuseVanishing } from "./half.ts";
import { readsAtOnce, refusedOn } from "./refusals.ts";
import { type CodedRows, isCoded, seedRows, withCopies } from "./rows.ts";

/** How an update was computed. */
export interface Execution {
  /** The tfjs backend it ran on. */
  readonly backend: string;
  /** How many variables were stepped by the backend's fused loops … */
  readonly fused: number;
  /** … and how many by tfjs operators, one after the other. */
  readonly composed: number;
}

/** Keeps state in variables, which no tidy disposes of, on whichever backend tfjs uses, and runs steps there. */
export class Tensors implements Backend<Tensor> {
  readonly name = "tfjs";
  readonly rows = true;
  readonly #fuse: boolean;
  readonly #check: boolean;
  #guard: Guard | undefined;
  readonly #fused = new WeakMap<KernelBackend, Fused | "none">();
  #execution: Execution | undefined;

  readonly #codecOf: Precisions["codecOf"];
  readonly #coded: CodedSlots;

  /**
   * `fuse`: whether fused loops may be used. `check`: whether steps with non-finite gradients are refused. `codecOf`: how slots are
   * kept, if not all as float32.
   */
  constructor({
    fuse,
    check,
    codecOf,
  }: { readonly fuse: boolean; readonly check: boolean; readonly codecOf?: Precisions["codecOf"] }) {
    this.#fuse = fuse;
    this.#check = check;
    this.#codecOf = codecOf;
    this.#coded = new CodedSlots(codecOf);
  }

  /** How the last update was computed; undefined before the first. */
  get execution(): Execution | undefined {
    return this.#execution;
  }

  check(program: Program, parameter: Parameter): void {
    if (this.#codecOf) this.#coded.note(parameter, kernelPlan(program, matrix(parameter)));
  }

  slot(parameter: Parameter, shape: Shape, start: Start<Tensor>, name: string): Tensor {
    const codec = this.#coded.codec(parameter, shape, name);
    if (codec) {
      refuseCodes(engine().backendName);
      refuseStart(engine().backendName, parameter, name, start);
      return codedSlot(codec, size(shape), start);
    }
    return tidy(() => {
      if (typeof start === "number") return variable(fill([...shape], start, "float32"), false);
      return variable(start instanceof Float32Array ? tensor(start, [...shape]) : clone(start.of), false);
    });
  }

  /** The tidy around an update disposes of it. */
  draw(of: Drawing, parameter: Parameter): Tensor {
    return standFor(of, parameter);
  }

  free(tensor: Tensor): void {
    tensor.dispose();
  }

  #fusedOn(backend: KernelBackend): Fused | undefined {
    if (!this.#fuse) return undefined;
    let fused = this.#fused.get(backend);
    if (!fused) this.#fused.set(backend, (fused = fusedOn(backend, this.#codecOf) ?? "none"));
    return fused === "none" ? undefined : fused;
  }

  /** Decodes rows of state in fewer bytes on the backend at hand. */
  codedRows(): CodedRows {
    const { backend, backendName } = engine();
    refuseCodes(backendName);
    const rows = this.#fusedOn(backend)?.rows;
    if (rows) return rows;
    throw new OptimizerError(
      `State in fewer bytes is stepped by fused loops, and tfjs's \`${backendName}\` lacks what they use. Use tf.setBackend("wasm"), or leave out \`state\`.`,
    );
  }

  /**
   * Fused where the backend can, composed where it cannot. Sums over the model need all jobs in one place. Refuses
   * gradients that are not finite: by a Refused where they can be read at once, else on the device.
   */
  run(given: readonly Job<Tensor>[]): void {
    const { backend, backendName } = engine();
    const fused = this.#fusedOn(backend);
    const jobs = fused?.draws ? given : given.map(withDrawn);
    const check = this.#check && jobs.some(({ inputs }) => inputs.g !== undefined); // else parameters only change places
    const asks = check && !readsAtOnce(backendName) && !halfPrecision(backendName);
    if (this.#codecOf) {
      refuseCoded(jobs, backendName, fused);
      for (const job of jobs) seedRows(job);
    }
    if (check && !asks) refuseNonFinite(jobs);
    if (!readsAtOnce(backendName))
      for (const { program } of jobs) {
        const why = refusedOn(backendName, program);
        if (why !== undefined) throw new OptimizerError(why);
      }
    if (asks) this.#guard ??= new Guard();
    const all = asks ? this.#guard!.over(jobs) : jobs; // made in the line before
    let taken = fused ? all.filter((job) => fused.takes(job)) : [];
    if (taken.length < all.length && all.some(({ program }) => totalling(program))) taken = [];
    const rest =
      taken.length === all.length
        ? []
        : all.filter((job) => !taken.includes(job)).map((job) => withCopies(withDrawn(job)));
    if (rest.length > 0 && halfPrecision(backendName)) refuseVanishing(rest);
    tidy(() => {
      const assign = rest.length > 0 ? compose(rest) : undefined;
      if (taken.length > 0) fused?.run(taken);
      assign?.();
    });
    // With a guard all jobs are in one place, and one of them counts.
    const [first, second] = [taken.length, rest.length].map((many) => (asks && many > 0 ? many - 1 : many));
    this.#execution = { backend: backendName, fused: first!, composed: second! }; // as many as were given
    if (asks) this.#guard?.ask();
  }

  /** How many steps the device has refused since this was called last, as far as is known. */
  takeRefused(): number {
    return this.#guard?.take() ?? 0;
  }

  dispose(): void {
    this.#guard?.dispose();
    this.#guard = undefined;
  }
}

/** Throws where a job has state in fewer bytes, and no loops that know how to read it. */
function refuseCoded(jobs: readonly Job<Tensor>[], backend: string, fused: Fused | undefined): void {
  for (const job of jobs) {
    const { program, tensors } = job;
    if (!Object.values(tensors).some(isCoded)) continue;
    refuseCodes(backend);
    if (!fused?.takes(job))
      throw new OptimizerError(
        `The state of ${program.title} is stored in fewer bytes, which fused loops alone can step, and \`${job.parameter.name}\` or its gradient is not float32, or has been disposed of.`,
      );
  }
}
