/** What is wrong with a model, where in it, and what to do; written for the person who made the call. */
export class OnnxError extends Error {
  override readonly name = "OnnxError";
}

/** `a`, `b` and 7 more: names in an error, never a screenful. */
export function names(all: Iterable<string>, most = 8): string {
  const list = [...all];
  const shown = list.slice(0, most).map((n) => `\`${n}\``);
  const rest = list.length - shown.length;
  return rest > 0 ? `${shown.join(", ")} and ${rest} more` : shown.join(", ");
}
