import { goldens } from "@descent/conformance";
import { describeRules } from "../../../tests/sample.ts";
import * as rules from "../src/index.ts";

describeRules(rules, goldens("preconditioned"));
