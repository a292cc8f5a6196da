/** One update, a line of metrics.jsonl. */
export interface StepLine {
  readonly step: number;
  /** Epochs completed after this update, as a fraction. */
  readonly epoch: number;
  readonly loss: number;
  readonly accuracy: number;
  readonly lr: number;
  readonly gradNorm: number;
  readonly updateRatio: number;
}

/** The end of an epoch, a line of metrics.jsonl. */
export interface EpochLine {
  readonly step: number;
  readonly epoch: number;
  /** Means over the epoch; each batch is measured before its update. */
  readonly trainLoss: number;
  readonly trainAccuracy: number;
  readonly testLoss: number;
  readonly testAccuracy: number;
  /** On the images held out, where the run may stop early. */
  readonly heldLoss?: number;
  readonly heldAccuracy?: number;
  readonly seconds: number;
}
