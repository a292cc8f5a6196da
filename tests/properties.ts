import fc from "fast-check";
import { long } from "./long.ts";

// The same cases on every machine, so that a run which fails fails again; `npm run test:long` searches with a new seed.
if (!long) fc.configureGlobal({ seed: 20261201 });

export default fc;
