/** The part of Node's `process` that is used here. Other hosts lack it. */
interface Host {
  readonly process?: { readonly getBuiltinModule?: (name: string) => object | undefined };
}

/**
 * Lets `@tensorflow/tfjs-node` 4.22 run on Node 23 and later, where every operator fails: it calls
 * `util.isNullOrUndefined`, which Node removed, and the fix was never published. Puts that function back; does
 * nothing if it is there already or this is not Node. Creating an optimizer calls it; a program that computes earlier,
 * such as one that builds its model first, calls it right after importing tfjs-node.
 */
export function repairTfjsNode(): void {
  const util = (globalThis as Host).process?.getBuiltinModule?.("node:util"); // Node has it from 20.16 and 22.3 on
  if (util !== undefined && !("isNullOrUndefined" in util))
    Object.assign(util, { isNullOrUndefined: (value: unknown) => value === null || value === undefined });
}
