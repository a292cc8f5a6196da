import { rules } from "@descent/catalogue";
import { emit } from "@descent/dialects/emit";
import { soap } from "@descent/preconditioned";
import { expect, test } from "vitest";
import { main } from "../src/main.ts";

test("`descent emit` prints a rule of the catalogue, however its name is spelt", async () => {
  expect(await main(["emit", "soap", "--to", "torch"])).toEqual({ text: emit(soap, "torch"), file: undefined });
  expect((await main(["emit", "AdamW", "--to", "numpy", "--out", "adamw.py"])).file).toBe("adamw.py");
});

test("`descent rules` lists every rule", async () => {
  expect((await main(["rules"])).text.trim().split("\n")).toHaveLength(rules.length);
});

test("without a command it says how it is used, and a wrong one says what is wrong", async () => {
  expect((await main([])).text).toContain("descent emit RULE");
  await expect(main(["print", "adamw"])).rejects.toThrow("There is no command `print`");
  await expect(main(["emit", "adamww"])).rejects.toThrow("Did you mean `adamw`?");
  await expect(main(["emit", "adamw", "--to", "keras"])).rejects.toThrow("`--to` must be one of torch");
  await expect(main(["emit"])).rejects.toThrow("Name a rule");
  await expect(main(["emit", "adamw", "sgd"])).rejects.toThrow("One rule at a time");
  await expect(main(["emit", "adamw", "--too", "c"])).rejects.toThrow("--too");
});
