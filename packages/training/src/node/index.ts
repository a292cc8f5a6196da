/** Files and the terminal, in Node. */
export { appendTo, eventsIn, readSaved, savedIn } from "./files.ts";
export { type ModelIO, registerFiles } from "./models.ts";
export { type ProgressOptions, progress } from "./progress.ts";
