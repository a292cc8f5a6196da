import { type KnownSurface, surfaces } from "@descent/viz/races";
import type { EngineName } from "../digits/learner.ts";
import type { Conditions, Contender, Fairness } from "../engine/messages.ts";
import type { ModelSettings } from "../own-model/messages.ts";
import { startIn } from "./start.ts";

/** The pages. */
export const pages = ["race", "rule", "sweep", "schedules", "digits", "model"] as const;
/** A page. */
export type Page = (typeof pages)[number];

/** Everything that a link carries. */
export interface State {
  readonly page: Page;
  /** The id of a surface, or `own`. */
  readonly surface: string;
  /** The reader's own surface, and the part of it in view. */
  readonly formula: string;
  readonly box: readonly [left: number, right: number, bottom: number, top: number];
  readonly start: readonly [number, number];
  readonly steps: number;
  readonly batch: number;
  readonly noise: number;
  readonly seed: number;
  readonly clip: number;
  readonly schedule: string;
  /** Ids of rules, or `mine`, each with its own rate if it has one. */
  readonly contenders: readonly { readonly rule: string; readonly lr?: number | undefined }[];
  readonly fairness: Fairness;
  readonly rate: number;
  /** The contender whose basins are shown, by the id of its rule; empty for none. */
  readonly basins: string;
  /** The contender whose slots are drawn as arrows, by the id of its rule; empty for none. */
  readonly arrows: string;
  /** How the surface is seen: as a map from above, or as a height field from a side, by degrees around it and up. */
  readonly view: "map" | "relief";
  readonly turn: number;
  readonly tilt: number;
  /** The rule in the editor. */
  readonly mine: { readonly parent: string; readonly title: string; readonly text: string };
  /** The next training on digits: a rule by id or `mine`, its rate if it has one of its own, samples in a batch, and the engine. */
  readonly digits: {
    readonly rule: string;
    readonly lr?: number | undefined;
    readonly batch: number;
    readonly steps: number;
    readonly seed: number;
    readonly engine: EngineName;
  };
  /** How the reader's own model is trained; the model and the data never leave the page, so no link holds them. */
  readonly model: ModelSettings;
  readonly sweep: { readonly from: number; readonly to: number; readonly count: number; readonly seeds: number };
}

/** The parts of it that races and sweeps alike depend on. */
export const settingsOfRaces: readonly (keyof State)[] = [
  "surface",
  "formula",
  "box",
  "start",
  "steps",
  "batch",
  "noise",
  "seed",
  "clip",
  "schedule",
  "contenders",
];

/** The rule with which the editor opens: Yogi, which differs from Adam in one line. */
const yogi = `options
  lr = 0.01
  beta1 = 0.9
  beta2 = 0.999
  eps = 0.001
  initial = 0.000001
state
  m = initial
  v = initial
update
  m = beta1 * m + (1 - beta1) * g
  v = v - (1 - beta2) * sign(v - g^2) * g^2
  mHat = m / (1 - beta1^t)
  vHat = v / (1 - beta2^t)
  p = p - lr * mHat / (sqrt(vHat) + eps)
`;

/** How the playground opens. */
export const initial: State = {
  page: "race",
  surface: "himmelblau",
  formula: "x^2 / 4 + y^2 + sin(3 * x) / 2",
  box: [-4, 4, -3, 3],
  start: [-0.4, -0.8],
  steps: 300,
  batch: 0,
  noise: 0,
  seed: 0,
  clip: 0,
  schedule: "",
  contenders: ["sgd", "momentum", "rmsprop", "adam", "radam"].map((rule) => ({ rule })),
  fairness: "best",
  rate: 0.05,
  basins: "",
  arrows: "",
  view: "map",
  turn: -28,
  tilt: 42,
  mine: { parent: "adam", title: "My Yogi", text: yogi },
  digits: { rule: "adam", lr: 0.003, batch: 50, steps: 300, seed: 0, engine: "wasm" },
  model: {
    rule: "adamw",
    lr: 0.001,
    method: "whole",
    rank: 4,
    loss: "cross-entropy",
    data: "made-up",
    batch: 16,
    steps: 100,
  },
  sweep: { from: 1e-4, to: 1, count: 25, seeds: 3 },
};

/** The surface in view: a known one, or the reader's. */
export function surfaceOf({
  surface,
  formula,
  box,
}: State): Omit<KnownSurface, "least"> & { readonly least: number | undefined } {
  const known = surfaces.find(({ id }) => id === surface);
  if (known) return known;
  const view = { x: [box[0], box[1]], y: [box[2], box[3]] } as const;
  return {
    id: "own",
    title: "Your surface",
    text: formula,
    sentence: "Any formula of x and y; its gradient is derived from it.",
    minima: [],
    least: undefined,
    ...view,
    start: startIn(view, [box[0] + 0.2 * (box[1] - box[0]), box[2] + 0.8 * (box[3] - box[2])]),
  };
}

/** The conditions that all contenders of a race share. */
export function conditionsOf(state: State): Conditions {
  const { start, steps, batch, noise, seed, clip, schedule } = state;
  return { surface: surfaceOf(state).text, start, steps, batch, noise, seed, clip, schedule };
}

/** The contenders as a worker takes them. `text` is the reader's rule as it last made sense. */
export const contendersOf = ({ contenders }: State, text: string): Contender[] =>
  contenders.map(({ rule, lr }) => ({ rule, lr, ...(rule === "mine" ? { text } : {}) }));

/** A state that tells who listens what has changed. */
export class Store {
  #state: State;
  readonly #listeners: ((state: State, changed: ReadonlySet<keyof State>) => void)[] = [];

  constructor(state: State) {
    this.#state = state;
  }

  get state(): State {
    return this.#state;
  }

  /** Changes some of it. */
  set(patch: Partial<State>): void {
    const changed = new Set(
      (Object.keys(patch) as (keyof State)[]).filter(
        (key) => JSON.stringify(patch[key]) !== JSON.stringify(this.#state[key]),
      ),
    );
    if (changed.size === 0) return;
    this.#state = { ...this.#state, ...patch };
    for (const listener of this.#listeners) listener(this.#state, changed);
  }

  /** Calls `listener` after every change. */
  listen(listener: (state: State, changed: ReadonlySet<keyof State>) => void): void {
    this.#listeners.push(listener);
  }
}
