import { resolve } from "node:path";
import type { Argv } from "yargs";
import type { GlobalOptions } from "../command-line/command.ts";

/** Where sets are; relative to the repository's root, wherever the command was typed. */
export function withBackupDir(parser: Argv<GlobalOptions>) {
  return parser.option("backup-dir", {
    type: "string",
    default: "backups",
    describe: "The folder of the backups, from the repository's root",
  });
}

export function backupDirOf(root: string, backupDir: string): string {
  return resolve(root, backupDir);
}
