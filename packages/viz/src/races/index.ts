/** Races of optimizers on surfaces that are written as formulas. */
export { type Basins, type BasinsOptions, basins } from "./basins.ts";
export { iris } from "./iris.ts";
export { type Batch, miniBatches } from "./mini-batches.ts";
export { batchNoise, type RaceOptions, type Run, race } from "./race.ts";
export { type FormulaSurface, fieldOf, type Surface, surface } from "./surface.ts";
export { type KnownSurface, surfaces } from "./surfaces.ts";
export { quantile, ratesFrom, type SweepOptions, type SweepPoint, sweep } from "./sweep.ts";
