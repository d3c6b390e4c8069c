import { defineGroup } from "../../command-group.ts";
import { check } from "./check.ts";

export const deps = defineGroup({
  name: "deps",
  describe: "What this repository pins: packages, images, locks and tools",
  commands: [check],
});
