import type { Kernel } from "@descent/core/kernels";
import type { Code, CompiledCode } from "../kernels/machine-code.ts";
import type { Memory } from "./instance.ts";

/* Machine code by structure, so that this package neither compiles any nor asks for a package that does. */

/** Kernels as machine code of this computer's processor: `await native()` of `@descent/native`. */
export interface Native {
  /** The compiler in one line; undefined where there is none. */
  readonly compiler: string | undefined;
  /** Why there is none, so that WebAssembly runs. */
  readonly why: string | undefined;
  /** A module whose `open(library)` gives the code, for other threads. */
  readonly opener: string;
  /** Compiles a kernel, to the bits of WebAssembly. A sentence says why it stays WebAssembly. */
  compile(kernel: Kernel): CompiledCode | string;
}

/** The opener's export. */
export type Open = (library: string) => Code;

/** Code as an entry for one memory of fixed size. */
export function entryOf(code: Code, { buffer }: Memory): (frame: number, sums: number) => void {
  const bytes = new Uint8Array(buffer);
  return (frame, sums) => code(bytes, frame, sums);
}

/** The loops that run as machine code, and why others do not. */
export interface NativeReport {
  /** The compiler in one line; undefined where there is none. */
  readonly compiler: string | undefined;
  /** Loops that run as machine code. */
  readonly loops: number;
  /** Why the others run as WebAssembly, each reason once. */
  readonly webAssembly: readonly string[];
}

/** Loops of fewer numbers than this take less time as WebAssembly, where a call costs less. */
export const NATIVE_FROM = 512;

/** Compiles kernels for one optimizer, and counts them. */
export class Compiling {
  readonly #native: Native;
  readonly #loops = new Set<Kernel>();
  readonly #reasons = new Set<string>();

  constructor(native: Native) {
    this.#native = native;
    if (native.why !== undefined) this.#reasons.add(native.why);
  }

  /** A kernel's code, if all of its numbers are `plain`, in memory as they are; `undefined` where it runs as WebAssembly, for the reason that is reported. */
  compile(kernel: Kernel, plain = true): CompiledCode | undefined {
    const made = plain ? this.#native.compile(kernel) : "its state is kept in fewer bytes, or its numbers are drawn";
    if (typeof made === "string") {
      this.#reasons.add(made);
      return undefined;
    }
    this.#loops.add(kernel);
    return made;
  }

  get report(): NativeReport {
    const { compiler } = this.#native;
    return { compiler, loops: this.#loops.size, webAssembly: [...this.#reasons] };
  }
}
