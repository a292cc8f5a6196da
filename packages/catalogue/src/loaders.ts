// Written by `npm run docs` from the rules themselves.
export const loaders: Readonly<Record<string, () => Promise<Readonly<Record<string, unknown>>>>> = {
  adagrad: () => import("@descent/adagrad"),
  adam: () => import("@descent/adam"),
  averaging: () => import("@descent/averaging"),
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
