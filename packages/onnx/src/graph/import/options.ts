import { checkOptions, distinct, func, isRecord, yesNo } from "../../check.ts";
import { names, OnnxError } from "../../errors.ts";
import type { External } from "../../proto/external.ts";
import { type BatchNorm, isBatchNorm } from "../batch-norm.ts";
import { contributed, isRewritten } from "../contrib/index.ts";
import type { Dim } from "../dims.ts";

/** Options of `importModel`. */
export interface ImportOptions {
  /**
   * Sizes of inputs, by name: fixes "batch" (and whatever shares its name), or gives a fixed size a name again. A value inside the
   * model may be named too, where not even its number of dimensions is known.
   */
  readonly shapes?: Readonly<Record<string, readonly Dim[]>>;
  /** Reads the files in which large models store their tensors. */
  readonly external?: External;
  /** Values of inputs that are always the same: `{ sr: 16000n, use_cache_branch: false }`. They are no longer inputs. */
  readonly fixed?: Readonly<Record<string, FixedValue>> | undefined;
  /** Names of values that gradients do not pass through. PyTorch's `detach()` is found where the file shows it. */
  readonly stopGradient?: readonly string[] | undefined;
  /**
   * Rows of embedding tables that lookups do not train, by table. PyTorch's `padding_idx` is found where the file shows it, and so is
   * the one row of zeros of a table; −1 trains all rows.
   */
  readonly paddingIdx?: Readonly<Record<string, number>> | undefined;
  /** Whether to fold values that depend only on constants and sizes, and remove unused ones. Default true. */
  readonly fold?: boolean;
  /**
   * The statistics that BatchNormalizations normalise by while they train: "batch", those of the batch, and running statistics move as in PyTorch;
   * "frozen", by the running statistics as they are; or which of the two by the name of a layer's scale. Default: as in
   * Python where PyTorch's default exporter recorded it (it writes all of them frozen), else as the file has them.
   */
  readonly batchNorm?: BatchNorm | undefined;
  /** Operators of ONNX Runtime's optimizers that stay as they are ("com.microsoft.Gelu"). Default: none, all become standard ones. */
  readonly keep?: readonly string[];
}

/** A number for an input that is a scalar or has one element, or its numbers. */
export type FixedValue = number | bigint | boolean | readonly (number | bigint | boolean)[];

/** Throws unless the options are known and of the right kinds. */
export function checkImportOptions(options: ImportOptions): void {
  checkOptions("importModel", options, {
    shapes: {
      want: 'sizes by input: { images: [8, 3, "height", "width"] }',
      fits: (x) => isRecord(x) && Object.values(x).every((s) => Array.isArray(s) && s.every(isSize)),
    },
    external: func,
    fixed: {
      want: "values by input: { sr: 16000n }",
      fits: (x) => isRecord(x) && Object.values(x).every((v) => (Array.isArray(v) ? v.every(isValue) : isValue(v))),
    },
    stopGradient: distinct,
    paddingIdx: {
      want: 'a row by table: { "embed.weight": 0 }',
      fits: (x) => isRecord(x) && Object.values(x).every((row) => Number.isSafeInteger(row) && Number(row) >= -1),
    },
    fold: yesNo,
    keep: distinct,
    batchNorm: {
      want: '"batch", "frozen" or one of them by the name of a scale: { "bn1.weight": "batch" }',
      fits: isBatchNorm,
    },
  });
  const lost = (options.keep ?? []).filter((name) => !isRewritten(name));
  if (lost.length > 0)
    throw new OnnxError(
      `\`keep\` names ${names(lost)}, which importModel does not rewrite. It rewrites ${names(contributed.map((op) => `com.microsoft.${op}`))}.`,
    );
}

const isValue = (v: unknown): boolean => ["number", "bigint", "boolean"].includes(typeof v);
const isSize = (d: unknown): boolean => typeof d === "string" || (Number.isSafeInteger(d) && Number(d) >= 0);
