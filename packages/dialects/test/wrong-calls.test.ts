import { adamw } from "@descent/adam";
import { wrongCalls } from "../../../tests/wrong-calls.ts";
import * as emit from "../src/emit/index.ts";

wrongCalls(emit, { emit: { args: () => [adamw, "numpy"] } });
