/** An error in a model or a call; its message says what is wrong, where, and what to do. */
export class OnnxError extends Error {
  override readonly name = "OnnxError";
}

/** Names as an error lists them: `a`, `b` and 7 more. */
export function names(all: Iterable<string>, most = 8): string {
  const list = [...all];
  const shown = list.slice(0, most).map((n) => `\`${n}\``);
  const rest = list.length - shown.length;
  return rest > 0 ? `${shown.join(", ")} and ${rest} more` : shown.join(", ");
}
