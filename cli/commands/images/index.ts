import { defineGroup } from "../../command-group.ts";
import { lock } from "./lock.ts";

export const images = defineGroup({
  name: "images",
  describe: "The published images of IMAGE_SOURCE=registry",
  commands: [lock],
});
