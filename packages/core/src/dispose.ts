/// <reference lib="esnext.disposable" preserve="true" />

/* The symbols behind `using` and `await using`, or, in runtimes without them, those that compilers fall back on. */

/** `Symbol.dispose`. */
export const DISPOSE: typeof Symbol.dispose =
  (Symbol.dispose as typeof Symbol.dispose | undefined) ?? (Symbol.for("Symbol.dispose") as typeof Symbol.dispose); // stands for it everywhere

/** `Symbol.asyncDispose`. */
export const ASYNC_DISPOSE: typeof Symbol.asyncDispose =
  (Symbol.asyncDispose as typeof Symbol.asyncDispose | undefined) ??
  (Symbol.for("Symbol.asyncDispose") as typeof Symbol.asyncDispose); // as above
