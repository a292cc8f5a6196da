import { OptimizerError } from "@descent/core";
import type { GpuDevice } from "./gpu.ts";

/** Why a device can no longer be used, once that is so. One listener serves all optimizers of a device. */
const ends = new WeakMap<object, { reason: string | undefined }>();

function endOf(device: GpuDevice): { readonly reason: string | undefined } {
  const known = ends.get(device);
  if (known) return known;
  const end: { reason: string | undefined } = { reason: undefined };
  ends.set(device, end);
  void device.lost.then(({ reason, message }) => {
    end.reason = `The GPU device was lost (${[reason, message].filter(Boolean).join(": ")}), and with it parameters and state. Ask for a new device, make a new optimizer and load the last state you saved.`;
  });
  return end;
}

/** Whether a device is alive and has carried out its work, which it reports later. */
export class Health {
  readonly #device: GpuDevice;
  readonly #end: { readonly reason: string | undefined };
  #watching = false;
  #refused: string | undefined;

  constructor(device: GpuDevice) {
    this.#device = device;
    this.#end = endOf(device);
  }

  /** Throws if the device is lost, or has reported an error. */
  check(): void {
    const why = this.#end.reason ?? this.#refused;
    if (why !== undefined) throw new OptimizerError(why);
  }

  /** Records the device's errors from here to `conclude`. */
  readonly watch = (): void => {
    if (this.#watching) return;
    this.#watching = true;
    for (const filter of ["validation", "out-of-memory"] as const) this.#device.pushErrorScope(filter);
  };

  conclude(): void {
    if (!this.#watching) return;
    this.#watching = false;
    for (let i = 0; i < 2; i++)
      this.#device.popErrorScope().then(
        (error) => {
          if (error)
            this.#refused ??= `The GPU device refused a step, and parameters may not have been updated: ${error.message}`;
        },
        () => {}, // the device is lost, as `endOf` notes
      );
  }
}
