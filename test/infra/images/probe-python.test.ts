import { describeProbe } from "../../support/describe-probe.ts";

describeProbe("python");
