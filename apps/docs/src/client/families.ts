/** The families of rules, each loaded when a page asks for a rule of it. */
export const families: Readonly<Record<string, () => Promise<Readonly<Record<string, unknown>>>>> = {
  adagrad: () => import("@descent/adagrad"),
  adam: () => import("@descent/adam"),
  factored: () => import("@descent/factored"),
  layerwise: () => import("@descent/layerwise"),
  orthogonal: () => import("@descent/orthogonal"),
  "parameter-free": () => import("@descent/parameter-free"),
  preconditioned: () => import("@descent/preconditioned"),
  "schedule-free": () => import("@descent/schedule-free"),
  "second-order": () => import("@descent/second-order"),
  sgd: () => import("@descent/sgd"),
  sharpness: () => import("@descent/sharpness"),
};
