import { defineGroup } from "../../command-group.ts";
import { pr } from "./pr.ts";
import { publish } from "./publish.ts";
import { push } from "./push.ts";
import { save } from "./save.ts";

export const repo = defineGroup({
  name: "repo",
  describe: "Commit, push and propose the work tree, never on main and never with a secret",
  commands: [save, push, pr, publish],
});
