import { describeAnyJson } from "../support/any-json.ts";

// Many times as many are in test/conformance/any-json.test.ts.
describeAnyJson(250);
