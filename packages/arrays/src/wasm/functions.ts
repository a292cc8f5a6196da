import { wasm } from "@descent/core/kernels";

/** Operations that JavaScript computes, element by element, in double precision: what kernels import. */
export const imported: Readonly<Record<ImportedFunction, (x: number, y: number) => number>> = {
  exp: Math.exp,
  log: Math.log,
  tanh: Math.tanh,
  cos: Math.cos,
  pow: Math.pow,
};
export type ImportedFunction = "exp" | "log" | "tanh" | "cos" | "pow";

export const isImported = (operation: string): operation is ImportedFunction => Object.hasOwn(imported, operation);

/** The function as kernels call it. */
export const declared = (name: ImportedFunction): wasm.Import => new wasm.Import(name, name === "pow" ? 2 : 1);
