import { isRule, rule } from "@descent/core";
import { describe } from "vitest";
import { familiesOf } from "../tools/families.ts";
import { packages, root } from "./workspace.ts";
import { type GoodCalls, wrongCalls } from "./wrong-calls.ts";

const plain = rule({
  id: "sgd",
  title: "SGD",
  paper: "",
  hyper: { lr: 0.1 },
  state: {},
  update: { p: "p - lr * g" },
});

for (const { manifest, path } of packages.filter(({ folder }) => familiesOf(root).includes(folder))) {
  const module: Record<string, unknown> = await import(`${path}/src/index.ts`);
  const rules: GoodCalls = Object.fromEntries(
    Object.entries(module).map(([name, value]) => [
      name,
      { args: () => (isRule(value) ? [value.hyper] : [plain(), {}]) }, // what is not a rule is a transform
    ]),
  );
  describe(manifest.name, () => wrongCalls(module, rules));
}
