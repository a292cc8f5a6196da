import { OptimizerError, schedule } from "@descent/core";
import type { HyperValue, Plain } from "@descent/core/adapter";
import { OnnxError } from "@descent/onnx";
import type { Opening, Retraining, Starting } from "../engine/engine.ts";
import type { Hyper } from "../plans/training.ts";
import { LostError } from "../quirks/lost.ts";

// Messages between a trainer and its worker. Rules, losses and schedules are data; functions stay behind.

/** A call, by its number. */
export interface Call {
  readonly id: number;
  readonly method: string;
  readonly args: readonly unknown[];
}
/** The answer to a call, and how many updates have been done by then. */
export interface Answer {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: PlainError;
  readonly step: number;
}
/** The first call: by what each side notices that the other one ends. */
export interface Attachment {
  /** In Node: the memory of a gate. */
  readonly gate?: SharedArrayBuffer;
  /** In a browser: the name of a lock that the worker holds as long as it lives. */
  readonly lock?: string;
}
/** The Web Locks of a browser. */
export interface Locks {
  request(name: string, held: () => Promise<void>): Promise<void>;
}
/** A message that a worker sends unasked. */
export interface Notice {
  readonly lost: PlainError;
}

export type PlainOpening = Omit<Opening, "runtime" | "external" | "model"> & {
  readonly runtime: string | undefined;
  readonly model: string | Uint8Array | ArrayBuffer;
};
export type PlainStarting = Omit<Starting, "optimizer" | "loss"> & {
  readonly optimizer: Plain;
  readonly loss: { readonly kind: string; readonly options: object } | undefined;
};
export type PlainRetraining = Retraining & { readonly optimizer: Plain };
export type PlainHyper = Readonly<Record<string, number | { readonly schedule: string }>>;

export interface PlainError {
  readonly kind: "OptimizerError" | "OnnxError" | "LostError" | "Error";
  readonly message: string;
  readonly stack: string | undefined;
}

export function plainError(error: unknown): PlainError {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  const kind =
    error instanceof LostError
      ? "LostError"
      : error instanceof OptimizerError
        ? "OptimizerError"
        : error instanceof OnnxError
          ? "OnnxError"
          : "Error";
  return { kind, message, stack };
}

const errors = { OptimizerError, OnnxError, LostError, Error } as const;

/** The error as it was, its cause the place in the worker where it came up. */
export const revivedError = ({ kind, message, stack }: PlainError): Error =>
  new errors[kind](message, { cause: stack });

export const plainHyper = (hyper: Hyper): PlainHyper =>
  Object.fromEntries(
    Object.entries(hyper).map(([name, value]) => {
      if (typeof value === "number") return [name, value];
      if (value.text !== undefined) return [name, { schedule: value.text }];
      throw new OptimizerError(
        `The schedule of ${name} is a plain function, which cannot cross to a worker. Write it as schedule("…") or with @descent/schedules.`,
      );
    }),
  );

export const revivedHyper = (hyper: PlainHyper): Record<string, HyperValue> =>
  Object.fromEntries(
    Object.entries(hyper).map(([name, v]) => [name, typeof v === "number" ? v : schedule(v.schedule)]),
  );

/**
 * A value as it is best posted, and the buffers that go with it: a view of a part becomes a copy of that part, for a
 * message would copy the whole buffer under it. Whole buffers move if they are `owned`, and are copied if not.
 */
export function packed(value: unknown, owned: boolean): { readonly value: unknown; readonly transfer: ArrayBuffer[] } {
  const transfer = new Set<ArrayBuffer>();
  const pack = (x: unknown): unknown => {
    if (typeof x !== "object" || x === null) return x;
    if (ArrayBuffer.isView(x)) {
      const whole = x.byteLength === x.buffer.byteLength && x.buffer instanceof ArrayBuffer;
      if (whole && !owned) return x;
      const view = whole ? x : (x as Uint8Array).slice(); // every typed array has it, and DataViews are not among the values
      transfer.add(view.buffer as ArrayBuffer); // it was seen to be one, or made just now
      return view;
    }
    if (Array.isArray(x)) return x.every((v) => typeof v === "number") ? x : x.map(pack);
    if (x instanceof Map) return new Map([...x].map(([k, v]) => [k, pack(v)]));
    if (Object.getPrototypeOf(x) !== Object.prototype) return x;
    return Object.fromEntries(Object.entries(x).map(([k, v]) => [k, pack(v)]));
  };
  return { value: pack(value), transfer: [...transfer] };
}
