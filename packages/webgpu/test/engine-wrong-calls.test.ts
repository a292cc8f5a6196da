import { wrongCalls } from "../../../tests/wrong-calls.ts";
import * as engine from "../src/engine.ts";

const shared = "is handed the jobs of core's loop and the adapter's own device, which `optimizer` has checked";

wrongCalls(engine, { readBack: shared, encode: shared, Stepper: shared, decodeRows: shared, encodeRows: shared });
