import type { NodeWriter } from "../node-writer.ts";

/** Appends standard operators that compute the outputs of a node. */
export type Rewrite = (s: NodeWriter) => void;

/** The attributes of an operator that its rewriting understands, and the rewriting. */
export type Rewrites = Readonly<Record<string, readonly [attributes: string, Rewrite]>>;
