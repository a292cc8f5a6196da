import type { Target } from "./backend.ts";
import { reference } from "./reference.ts";

export const arraysTargets = (): readonly Target[] => [reference];
