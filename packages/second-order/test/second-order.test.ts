import { goldens } from "@descent/conformance";
import { describeRules } from "@descent/conformance/vitest";
import * as rules from "../src/index.ts";

describeRules(rules, goldens("second-order"));
