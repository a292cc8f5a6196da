import type { Gate } from "../runtime/queue.ts";

// ONNX Runtime aborts the whole process when a thread of Node is ended while it computes. So a worker says when it does,
// and who wants to end it waits for that, no longer than a computation takes.

const [BUSY, CLOSED] = [0, 1] as const;

/** The memory of a gate between a worker and the thread that started it. */
export const newGate = (): Int32Array<SharedArrayBuffer> => new Int32Array(new SharedArrayBuffer(8));

/** The worker's side: it stays outside once the gate is closed. */
export function workerGate(state: Int32Array<SharedArrayBuffer>): Gate {
  return {
    enter: () => {
      Atomics.add(state, BUSY, 1);
      if (Atomics.load(state, CLOSED) === 0) return;
      Atomics.sub(state, BUSY, 1);
      Atomics.notify(state, BUSY);
      Atomics.wait(state, CLOSED, 1); // until the thread ends
    },
    leave: () => {
      Atomics.sub(state, BUSY, 1);
      Atomics.notify(state, BUSY);
    },
  };
}

/** The other side: lets nothing in any more, and returns when nothing is inside. */
export function closeGate(state: Int32Array<SharedArrayBuffer>): void {
  Atomics.store(state, CLOSED, 1);
  for (let busy = Atomics.load(state, BUSY); busy > 0; busy = Atomics.load(state, BUSY))
    if (Atomics.wait(state, BUSY, busy, LONGEST) === "timed-out") return;
}

/** Milliseconds after which a computation is taken to hang. */
const LONGEST = 60_000;

const open = new Set<Int32Array<SharedArrayBuffer>>();
const closeAll = (): void => {
  for (const state of open) closeGate(state);
};

/** Closes the gate when this process exits; the function returned stops that. */
export function closeOnExit(state: Int32Array<SharedArrayBuffer>): () => void {
  if (open.size === 0) process.on("exit", closeAll);
  open.add(state);
  return () => {
    open.delete(state);
    if (open.size === 0) process.off("exit", closeAll);
  };
}
