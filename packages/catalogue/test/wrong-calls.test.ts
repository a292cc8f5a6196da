import { wrongCalls } from "../../../tests/wrong-calls.ts";
import * as catalogue from "../src/index.ts";

wrongCalls(catalogue, {
  find: { args: () => ["adamw"] },
  load: { args: () => ["adamw"] },
  loadFamily: { args: () => ["adam"] },
});
