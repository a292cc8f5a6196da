/** A failure between processes, and what to do. */
export class MpiError extends Error {
  override readonly name = "MpiError";
}
