// Written by `npm run docs` from the rules themselves.
export const loaders: Readonly<Record<string, () => Promise<Readonly<Record<string, unknown>>>>> = {
  adagrad: () => import("@descent/adagrad"),
  adam: () => import("@descent/adam"),
  averaging: () => import("@descent/averaging"),
  layerwise: () => import("@descent/layerwise"),
  "schedule-free": () => import("@descent/schedule-free"),
  sgd: () => import("@descent/sgd"),
  sharpness: () => import("@descent/sharpness"),
};
