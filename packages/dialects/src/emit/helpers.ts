import type { Library } from "./formulas.ts";

/** Helpers by name, for each library. */
export function helperText(name: string, lib: Library["name"]): readonly string[] {
  const positive = (vectors: string, picked: string): string => `${vectors} * ${lib}.where(${picked} < 0, -1.0, 1.0)`;
  const largest =
    lib === "torch"
      ? "vectors.gather(0, vectors.abs().argmax(0, keepdim=True))"
      : `${lib}.take_along_axis(vectors, abs(vectors).argmax(0)[None], 0)`;
  const table: Readonly<Record<string, readonly string[]>> = {
    _sqrt: [
      "def _sqrt(x):",
      '    """NaN below 0, where the value is not used."""',
      "    return math.sqrt(x) if x >= 0 else math.nan",
    ],
    _sign: ["def _sign(x):", "    return (x > 0) - (x < 0)"],
    _erf: ["_erf = np.vectorize(math.erf, otypes=[float])"],
    _qr: [
      "def _qr(a):",
      '    """Q of QR, with a positive diagonal of R."""',
      `    q, r = ${lib}.linalg.qr(a)`,
      `    return ${positive("q", `${lib}.diagonal(r)`)}`,
    ],
    _eigh: [
      "def _eigh(a):",
      '    """Eigenvectors as columns, by ascending eigenvalue; the largest element of each is positive."""',
      `    vectors = ${lib}.linalg.eigh(a)[1]`,
      `    return ${positive("vectors", largest)}`,
    ],
    _svd: [
      "def _svd(a, n):",
      '    """The first n left singular vectors as columns; the largest element of each is positive."""',
      `    vectors = ${lib}.linalg.svd(a, full_matrices=False)[0][:, :n]`,
      `    return ${positive("vectors", largest)}`,
    ],
    _inverse_root: [
      "def _inverse_root(a, n):",
      '    """The power -1/n of a symmetric matrix; directions in which it is not positive are left out."""',
      `    values, vectors = ${lib}.linalg.eigh(a)`,
      "    least = len(a) * 2.0**-52 * abs(values[-1])",
      `    powers = ${lib}.where(values > least, ${lib === "torch" ? "torch.clamp(values, min=least)" : `${lib}.maximum(values, least)`} ** (-1 / n), 0.0)`,
      "    return (vectors * powers) @ vectors.T",
    ],
  };
  return table[name]!; // the printer asks for these alone
}
