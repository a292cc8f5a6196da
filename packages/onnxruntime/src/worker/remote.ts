import { type Configured, OptimizerError, type Parameter } from "@descent/core";
import { toPlain } from "@descent/core/adapter";
import { encodeModel } from "@descent/onnx";
import type { Engine, Exported, Opening, Retraining, Started, Starting } from "../engine/engine.ts";
import { isDecoded, isNode, isUrl } from "../files/read.ts";
import type { Candidates } from "../graphs/model.ts";
import type { Training } from "../plans/training.ts";
import { LostError } from "../quirks/lost.ts";
import { closeGate, closeOnExit, newGate } from "./gate.ts";
import { madeWorker, ownWorker, type TrainingWorker } from "./launch.ts";
import {
  type Answer,
  type Attachment,
  type Locks,
  type Notice,
  type PlainRetraining,
  packed,
  revivedError,
} from "./message.ts";
import { RemoteTraining } from "./remote-training.ts";

/** An engine in a worker. Calls wait for their answers, which come in the order of the calls. */
export class RemoteEngine implements Engine {
  readonly #worker: TrainingWorker;
  readonly #lost: (error: LostError) => void;
  readonly #calls = new Map<
    number,
    { readonly resolve: (value: never) => void; readonly reject: (error: Error) => void }
  >();
  #count = 0;
  #step = 0;
  #gone: LostError | undefined;
  #candidates: readonly Parameter[] = [];
  #training: Training | undefined;
  #optimizer: Configured | undefined;

  #forgetExit = (): void => {};

  private constructor(worker: TrainingWorker, lost: (error: LostError) => void) {
    this.#worker = worker;
    this.#lost = lost;
    if ("on" in worker) {
      worker.on("message", (data) => this.#receive(data as Answer | Notice)); // as `serve` posts them
      worker.on("error", (error) => this.#end(error as Error)); // so Node has it
      worker.on("exit", (code) => this.#end(new Error(`it ended with code ${code}`)));
    } else {
      worker.addEventListener("message", (event) => this.#receive((event as { readonly data: Answer | Notice }).data)); // a MessageEvent
      worker.addEventListener("error", (event) => {
        const { message } = event as { readonly message?: string }; // an ErrorEvent, or an Event where the file is missing
        this.#end(new Error(message ?? "its file cannot be loaded"));
      });
    }
    this.#hold();
  }

  /** `lost` is called when the worker ends, or loses its device, while no call is under way. */
  static async start(worker: true | (() => TrainingWorker), lost: (error: LostError) => void): Promise<RemoteEngine> {
    const engine = new RemoteEngine(worker === true ? await ownWorker() : await madeWorker(worker), lost);
    try {
      await engine.#attach();
    } catch (error) {
      await engine.dispose();
      throw error;
    }
    return engine;
  }

  get training(): Training {
    if (!this.#training) throw new OptimizerError("The engine is not running.");
    return this.#training;
  }

  async open({ model, runtime, external, ...rest }: Opening): Promise<Candidates> {
    if (runtime !== undefined && typeof runtime !== "string" && !isUrl(runtime))
      throw new OptimizerError(
        "A runtime is a module, which cannot cross to a worker. Give its name or address, or a worker of your own that says serve(ort).",
      );
    if (external)
      throw new OptimizerError(
        "`external` is a function, which cannot cross to a worker. Give the model by its path: files beside it are found.",
      );
    const place =
      typeof model === "string" || isUrl(model)
        ? absolute(String(model))
        : isDecoded(model)
          ? encodeModel(model)
          : model;
    const candidates = await this.#call<Candidates>("open", {
      ...rest,
      model: place,
      runtime: runtime === undefined ? undefined : String(runtime),
    });
    this.#candidates = candidates.weights;
    return candidates;
  }

  async start({ optimizer, loss, ...rest }: Starting): Promise<Started> {
    if (typeof loss === "function")
      throw new OptimizerError(
        "The loss is a function, which cannot cross to a worker. Use one of the losses by name, or train without `worker` in a worker of your own.",
      );
    if (rest.gradients)
      throw new OptimizerError(
        "`gradients` are functions, which cannot cross to a worker. Train without `worker` in a worker of your own.",
      );
    const started = await this.#call<Started>("start", {
      ...rest,
      optimizer: this.#plain(optimizer, rest),
      loss: loss && { kind: loss.kind, options: loss.options },
    });
    this.#optimizer = optimizer;
    this.#training = new RemoteTraining(
      started.plan,
      () => this.#step,
      (method, ...args) => this.#call(method, ...args),
    );
    return started;
  }

  retrain(change: Retraining): Promise<Started> {
    if (!this.#optimizer) throw new OptimizerError("The engine is not running.");
    const optimizer = this.#plain(this.#optimizer, change);
    return this.#call("retrain", { ...change, optimizer } satisfies PlainRetraining);
  }

  /** An optimizer as data, with the answers of its functions for the weights that are trained. */
  #plain(optimizer: Configured, { trained }: Pick<Starting, "trained">): PlainRetraining["optimizer"] {
    return toPlain(
      optimizer,
      this.#candidates.filter((p) => trained.includes(p.name)),
    );
  }

  exportModel(inference: boolean, location?: string): Promise<Exported> {
    return this.#call("exportModel", inference, location);
  }

  trainingGraph(): Promise<Uint8Array> {
    return this.#call("trainingGraph");
  }

  /** Ends the worker, which may have ended already. */
  async dispose(): Promise<void> {
    try {
      if (!this.#gone) await this.#call("dispose");
    } finally {
      this.#gone ??= new LostError("was disposed of");
      this.#forgetExit();
      await this.#worker.terminate();
    }
  }

  /** Arranges that each side notices when the other one ends. */
  async #attach(): Promise<void> {
    const worker = this.#worker;
    if ("on" in worker) {
      const gate = newGate();
      this.#forgetExit = closeOnExit(gate);
      const terminate = worker.terminate.bind(worker);
      worker.terminate = () => {
        closeGate(gate);
        return terminate();
      };
      await this.#call("attach", { gate: gate.buffer } satisfies Attachment);
      return;
    }
    const { locks } = navigator as { readonly locks?: Locks }; // not in pages of plain http
    if (!locks) return;
    const lock = `descent ${crypto.randomUUID()}`;
    await this.#call("attach", { lock } satisfies Attachment);
    // Whoever holds it, the worker, no longer does so when it has ended: a browser has no other sign of that.
    void locks.request(lock, async () => this.#end(new Error("it was ended")));
  }

  #receive(message: Answer | Notice): void {
    if ("lost" in message) {
      this.#end(revivedError(message.lost));
      return;
    }
    this.#step = message.step;
    const call = this.#calls.get(message.id);
    this.#calls.delete(message.id);
    if (message.error) call?.reject(revivedError(message.error));
    else call?.resolve(message.value as never); // of the type the call asks for
    this.#hold();
  }

  #call<T>(method: string, ...args: readonly unknown[]): Promise<T> {
    if (this.#gone) return Promise.reject(this.#gone);
    return new Promise<T>((resolve, reject) => {
      const id = this.#count++;
      const { value, transfer } = packed(args, false);
      try {
        this.#worker.postMessage({ id, method, args: value }, transfer);
      } catch (cause) {
        reject(new OptimizerError(`The arguments cannot cross to a worker: ${(cause as Error).message}`, { cause }));
        return;
      }
      this.#calls.set(id, { resolve, reject });
      this.#hold();
    });
  }

  /** In Node, a worker that waits for nothing does not keep the program from ending. */
  #hold(): void {
    if (!("ref" in this.#worker)) return;
    if (this.#calls.size > 0) this.#worker.ref();
    else this.#worker.unref();
  }

  #end(error: Error): void {
    if (this.#gone) return;
    this.#forgetExit();
    this.#gone =
      error instanceof LostError ? error : new LostError(`lost its worker: ${error.message}`, { cause: error });
    for (const { reject } of this.#calls.values()) reject(this.#gone);
    this.#calls.clear();
    this.#lost(this.#gone);
  }
}

/** A name relative to the page is another one in a worker. */
function absolute(place: string): string {
  if (isNode()) return place;
  return new URL(place, (globalThis as { document?: { baseURI: string } }).document?.baseURI ?? import.meta.url).href;
}
