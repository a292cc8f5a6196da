import { takes } from "@descent/core/adapter";

/**
 * A number as people write it, rounded to `digits` significant digits: `0.00123`, `1.2e−7`, `∞`. The minus sign is the typographic one.
 */
export function formatNumber(value: number, digits = 4): string {
  takes("formatNumber", "a number", value, typeof value === "number");
  takes("formatNumber", "1 to 17 digits", digits, Number.isInteger(digits) && digits >= 1 && digits <= 17);
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  const rounded = Number(value.toPrecision(digits));
  const size = Math.abs(rounded);
  const text =
    size !== 0 && (size < 1e-3 || size >= 1e5) ? rounded.toExponential().replace("e+", "e") : String(rounded);
  return text.replaceAll("-", "−");
}
