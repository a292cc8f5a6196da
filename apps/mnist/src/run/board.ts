import path from "node:path";
import type { Numbers } from "@descent/training";
import { type Callback, type Logs, type Run, tensorBoard } from "@descent/training";
import { eventsIn } from "@descent/training/node";
import { cannotWrite } from "../errors.ts";
import type { EpochLine, StepLine } from "../training/lines.ts";

/** Writes a run's numbers as TensorBoard shows them, into a folder of the run's name: `tensorboard --logdir DIR`. */
export class Board {
  readonly #callback: Callback;
  readonly #folder: string;
  #also: Logs = {};

  constructor(folder: string, run: string) {
    this.#folder = path.join(folder, path.basename(run));
    this.#callback = tensorBoard(eventsIn(this.#folder), { also: () => this.#also });
  }

  async begin(): Promise<void> {
    await this.#write(() => this.#callback.onTrainBegin?.({}, at(0, undefined)));
  }

  async step(line: StepLine, numbers: Numbers | undefined): Promise<void> {
    const { step, loss, accuracy, lr, gradNorm, updateRatio } = line;
    this.#also = { accuracy, gradient: gradNorm, ratio: updateRatio, ...(numbers ? logsOf(numbers) : {}) };
    await this.#write(() => this.#callback.onBatchEnd?.(step - 1, { loss }, at(step, lr)));
  }

  async epoch({ step, epoch, trainLoss, trainAccuracy, testLoss, testAccuracy }: EpochLine): Promise<void> {
    const logs = { loss: trainLoss, accuracy: trainAccuracy, val_loss: testLoss, val_accuracy: testAccuracy };
    await this.#write(() => this.#callback.onEpochEnd?.(epoch - 1, logs, at(step, undefined)));
  }

  async #write(go: () => void | Promise<void> | undefined): Promise<void> {
    try {
      await go();
    } catch (error) {
      throw cannotWrite(this.#folder, error);
    }
  }
}

/** The layers' gradients and ratios under their names, and what the whole model has besides. */
const logsOf = ({ parameters, noiseScale, successive }: Numbers): Logs =>
  Object.fromEntries([
    ...parameters.flatMap(
      ({ name, gradient, ratio }) =>
      gradient === undefined || !name.endsWith("/kernel")
        ? []
        : [[`gradient/${name.replace("/kernel", "")}`, gradient] as const, [`ratio/${name.replace("/kernel", "")}`, ratio] as const], // biome-ignore format: two pairs
    ),
    ...(noiseScale === undefined ? [] : [["noiseScale", noiseScale] as const]),
    ...(successive === undefined ? [] : [["successive", successive] as const]),
  ]);

/** The part of a run that the callback reads. */
const at = (step: number, lr: number | undefined): Run =>
  ({ step, rates: async () => (lr === undefined ? undefined : { "": lr }) }) as unknown as Run; // it asks for no more
