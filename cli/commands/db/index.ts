import { defineGroup } from "../../command-group.ts";
import { migrate } from "./migrate.ts";
import { status } from "./status.ts";

export const db = defineGroup({
  name: "db",
  describe: "The agent's database: its schema and what it holds",
  commands: [status, migrate],
});
