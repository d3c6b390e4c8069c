import { defineGroup } from "../../command-group.ts";
import { backup } from "./backup.ts";
import { ensureSchema } from "./ensure-schema.ts";
import { restore } from "./restore.ts";

export const qdrant = defineGroup({
  name: "qdrant",
  describe: "The agent's memory: its schema and its snapshots",
  commands: [ensureSchema, backup, restore],
});
