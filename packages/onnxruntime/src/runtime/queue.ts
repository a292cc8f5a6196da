import type { Runtime, RuntimeSession } from "./runtime.ts";

/** Is asked before ONNX Runtime starts on something and told when it has finished; a worker keeps its process from ending in between. */
export interface Gate {
  enter(): void;
  leave(): void;
}

let gate: Gate | undefined;

/** Sets the gate of this thread. */
export function guardRuntime(next: Gate): void {
  gate = next;
}

/** Does what ONNX Runtime computes before it returns. */
export function computing<T>(task: () => T): T {
  gate?.enter();
  try {
    return task();
  } finally {
    gate?.leave();
  }
}

const tails = new WeakMap<object, Promise<unknown>>();
const queued = new WeakMap<Runtime, Runtime>();

/**
 * The runtime with sessions that wait for each other. onnxruntime-web has one WebAssembly module for all sessions and
 * providers, and fails, or corrupts its memory, when two of them are made or run at once; so the queue is the runtime's,
 * across trainers. onnxruntime-node computes one session at a time in any case.
 */
export function inTurn(runtime: Runtime): Runtime {
  const known = queued.get(runtime);
  if (known) return known;
  // Copies of a module's exports are the same runtime.
  const next = <T>(task: () => Promise<T>): Promise<T> => inQueue(runtime.InferenceSession, task);
  // onnxruntime-node starts every run in a new turn of the event loop, onnxruntime-web does not.
  const yields = typeof runtime.listSupportedBackends !== "function";
  const result: Runtime = {
    ...runtime,
    InferenceSession: {
      create: async (model, options) => {
        const session = await next(() => runtime.InferenceSession.create(model, options));
        return inTurnOf(session, next, yields);
      },
    },
  };
  queued.set(runtime, result);
  return result;
}

function inTurnOf(
  session: RuntimeSession,
  next: <T>(task: () => Promise<T>) => Promise<T>,
  yields: boolean,
): RuntimeSession {
  return {
    inputNames: session.inputNames,
    outputNames: session.outputNames,
    run: (feeds, fetches) =>
      next(async () => {
        const results = await session.run(feeds, fetches);
        if (yields) await yielded();
        return results;
      }),
    release: () => next(() => session.release()),
  };
}

function inQueue<T>(key: object, task: () => Promise<T>): Promise<T> {
  const guarded = async (): Promise<T> => {
    gate?.enter();
    try {
      return await task();
    } finally {
      gate?.leave();
    }
  };
  const result = (tails.get(key) ?? Promise.resolve()).then(guarded);
  tails.set(key, result.then(nothing, nothing)); // which keeps no tensors
  return result;
}

const nothing = (): void => {};

/** Lets timers, events and frames have their turn. A message does, and unlike a timer it is not delayed. */
function yielded(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === "function") {
      setImmediate(resolve);
      return;
    }
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}
