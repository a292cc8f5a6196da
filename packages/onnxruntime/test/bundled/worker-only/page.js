import { inWorker, losses } from "../losses.js";

globalThis.losses = (model) => losses(model, inWorker);
