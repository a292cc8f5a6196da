import { type Configured, OptimizerError } from "@descent/core";
import { type Dataset, diagnose, type Finding, fit } from "../../src/index.ts";
import { type Batch, modelOf, type Net } from "./net.ts";

/** Trains a network for some updates and returns what `diagnose` named, and the first and last losses. */
export async function diagnosed(given: {
  readonly net: Net;
  readonly rule: Configured;
  readonly data: Dataset<Batch>;
  readonly steps: number;
  readonly seed?: number;
  readonly shuffle?: boolean;
}): Promise<{ readonly findings: readonly Finding[]; readonly losses: readonly number[] }> {
  const { net, rule, data, steps, seed = 1, shuffle = true } = given;
  const losses: number[] = [];
  const doctor = diagnose({ onFinding: () => {} });
  const stop = {
    name: "stop",
    onBatchEnd(
      _: number,
      { loss }: { readonly loss?: number },
      run: { readonly step: number; stop(why: string): void },
    ) {
      losses.push(loss!); // always told
      if (run.step >= steps) run.stop("seen enough");
    },
  };
  try {
    await fit(modelOf({ ...net, seed }, rule), {
      data,
      epochs: 1000,
      batchSize: 32,
      seed,
      shuffle,
      nonFinite: "stop",
      callbacks: [doctor, stop],
    });
  } catch (error) {
    if (!(error instanceof OptimizerError)) throw error; // a step that is not finite ends the run
  }
  return { findings: doctor.findings, losses };
}
