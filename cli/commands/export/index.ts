import { defineGroup } from "../../command-group.ts";
import { compose } from "./compose.ts";

export const exportGroup = defineGroup({
  name: "export",
  describe: "The stack in another tool's words",
  commands: [compose],
});
