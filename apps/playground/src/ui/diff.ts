/** A line of a text that changed: in both, only in the old one, or only in the new one. */
export interface DiffLine {
  readonly kind: "same" | "gone" | "new";
  readonly text: string;
}

/** The lines of two texts, joined where they agree: the longest common subsequence. */
export function diffOf(before: string, after: string): DiffLine[] {
  const [a, b] = [before, after].map((text) => text.trimEnd().split("\n").slice(0, 400)) as [string[], string[]]; // two
  const width = b.length + 1;
  const common = new Uint16Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      common[i * width + j] =
        a[i]!.trim() === b[j]!.trim()
          ? common[(i + 1) * width + j + 1]! + 1
          : Math.max(common[(i + 1) * width + j]!, common[i * width + j + 1]!);
  const out: DiffLine[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    const both = i < a.length && j < b.length;
    if (both && a[i]!.trim() === b[j]!.trim()) {
      out.push({ kind: "same", text: b[j]! });
      i++;
      j++;
    } else if (i < a.length && (!both || common[(i + 1) * width + j]! >= common[i * width + j + 1]!))
      out.push({ kind: "gone", text: a[i++]! });
    else out.push({ kind: "new", text: b[j++]! });
  }
  return out;
}
