import type { RuleSpec } from "@descent/core/adapter";

/** Rules whose macros a saved optimizer may need, by title. */
export const rules: Record<string, RuleSpec> = {};
