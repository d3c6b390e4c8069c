import { defineGroup } from "../../command-group.ts";
import { create } from "./create.ts";
import { list } from "./list.ts";
import { restore } from "./restore.ts";
import { verify } from "./verify.ts";

export const backup = defineGroup({
  name: "backup",
  describe: "Save the whole stack's data as one set, check it, and bring it back",
  commands: [create, list, verify, restore],
});
