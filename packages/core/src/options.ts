import { isRecord, list, OptimizerError, shown, suggestion, takes } from "./errors.ts";

/* Checks of what is passed by name, for rules, schedules, initializers and adapters, in one wording. */

/** Other libraries' names of options, in lower case without separators, and ours. The ones that a rule has are suggested. */
const elsewhere: Readonly<Record<string, readonly string[]>> = {
  learningrate: ["lr"],
  stepsize: ["lr"],
  alpha: ["lr", "rho"],
  eta: ["lr"],
  lrdecay: ["decay"],
  momentumdecay: ["decay"],
  learningratedecay: ["decay"],
  epsilon: ["eps"],
  betas: ["beta1", "beta2"],
  b1: ["beta1"],
  b2: ["beta2"],
  mu: ["momentum"],
  gamma: ["rho", "momentum", "rate"],
  decayrate: ["rho", "rate"],
  discountingfactor: ["rho"],
  initialaccumulatorvalue: ["initial"],
  weightdecay: ["weightDecay"],
  wd: ["weightDecay"],
  initialvalue: ["from"],
  initvalue: ["from"],
  initiallearningrate: ["from"],
  endvalue: ["to"],
  endlearningrate: ["to"],
  alphamin: ["to"],
  etamin: ["to"],
  decaysteps: ["over"],
  transitionsteps: ["over"],
  tmax: ["over"],
  stepsizesteps: ["every"],
  stddev: ["std"],
  scale: ["std"],
  mean: ["mean"],
  minval: ["min"],
  maxval: ["max"],
  nonlinearity: ["gain"],
  dims: ["shape"],
  dimensions: ["shape"],
  size: ["shape"],
  values: ["data"],
};

/** Options of other libraries that are a rule or a transform of their own here. */
const instead: Readonly<Record<string, string>> = {
  weightdecay: "Wrap the rule: decoupledDecay(…, 0.01), or withL2(…, 0.01) for a penalty.",
  wd: "Wrap the rule: decoupledDecay(…, 0.01), or withL2(…, 0.01) for a penalty.",
  l2: "Wrap the rule: withL2(…, 0.01).",
  nesterov: "It is a rule of its own: nesterov() of @descent/sgd, or nadam() of @descent/adam.",
  usenesterov: "It is a rule of its own: nesterov() of @descent/sgd, or nadam() of @descent/adam.",
  amsgrad: "It is a rule of its own: amsgrad() of @descent/adam.",
  centered: "It is a rule of its own: rmspropCentered() of @descent/adagrad.",
  momentum: "It is a rule of its own: momentum() of @descent/sgd, or rmspropMomentum() of @descent/adagrad.",
  clipnorm: "Wrap the rule: clipByNorm(…, 1).",
  globalclipnorm: "Wrap the rule: clipByGlobalNorm(…, 1).",
  clipvalue: "Wrap the rule: clipByValue(…, 0.5).",
};

/** A suggestion for an unknown option, with a leading space; empty where there is none to make. */
export function meant(name: string, names: readonly string[]): string {
  const plain = name.length > 40 ? "" : name.toLowerCase().replace(/[_\-\s]/g, "");
  const ours = Object.hasOwn(elsewhere, plain) ? elsewhere[plain]!.filter((n) => names.includes(n)) : [];
  if (ours.length > 0)
    return ` Did you mean ${(plain === "betas" ? ours : ours.slice(0, 1)).map((n) => `\`${n}\``).join(" and ")}?`;
  const near = suggestion(name, names);
  if (near === "" && Object.hasOwn(instead, plain)) return ` ${instead[plain]!}`;
  return near;
}

/** Refuses options that `where` does not have, so that a typing mistake is not a default. */
export function knownOptions<T extends object>(where: string, options: T, names: readonly (keyof T & string)[]): T {
  if (!isRecord(options))
    throw new OptimizerError(`\`${where}\` takes its options by name: { ${names.join(", ")} }; got ${shown(options)}.`);
  for (const name of Object.keys(options))
    if (!names.some((n) => n === name))
      throw new OptimizerError(
        `\`${where}\` has no option \`${name}\`; it takes ${list(names, names.length)}.${meant(name, names)}`,
      );
  return options;
}

/** Values by the names that they were given under. */
type Given = Readonly<Record<string, unknown>>;

function must(where: string, given: Given, fits: (value: unknown) => boolean, wanted: string): void {
  takes("a check of options", "values by name", given, isRecord(given));
  for (const [name, value] of Object.entries(given))
    if (!fits(value))
      throw new OptimizerError(
        `\`${where}\` has \`${name}\` ${value === undefined ? "left out" : `= ${shown(value)}`}. Give it ${wanted}.`,
      );
}

const isNumber = (x: unknown): x is number => typeof x === "number";

/** Throws unless every value given is a finite number. */
export const finite = (where: string, given: Given): void => must(where, given, Number.isFinite, "a finite number");
/** Throws unless every value given is a finite number above 0. */
export const positive = (where: string, given: Given): void =>
  must(where, given, (x) => isNumber(x) && x > 0 && x < Infinity, "a finite number above 0");
/** Throws unless every value given is a finite number, 0 or above. */
export const notNegative = (where: string, given: Given): void =>
  must(where, given, (x) => isNumber(x) && x >= 0 && x < Infinity, "a finite number, 0 or above");
/** Throws unless every value given is a whole number, 0 or above. */
export const whole = (where: string, given: Given): void =>
  must(where, given, (x) => isNumber(x) && Number.isSafeInteger(x) && x >= 0, "a whole number, 0 or above");
/** Throws unless every value given is true or false. */
export const flag = (where: string, given: Given): void =>
  must(where, given, (x) => typeof x === "boolean", "true or false");
/** Throws unless every value given is one of the words; TypeScript knows afterwards which they can be. */
export function oneOf<Name extends string, Word extends string>(
  where: string,
  given: Readonly<Record<Name, unknown>>,
  words: readonly Word[],
): asserts given is Readonly<Record<Name, Word>> {
  takes("a check of options", "values by name", given, isRecord(given));
  for (const [name, value] of Object.entries(given))
    if (!words.some((word) => word === value))
      throw new OptimizerError(
        `\`${where}\`: \`${name}\` must be one of ${list(words)}; got ${shown(value)}.${typeof value === "string" ? suggestion(value, words) : ""}`,
      );
}
