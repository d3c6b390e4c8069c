import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { StackError } from "../../infra/stack-error.ts";
import { listSets } from "./list-sets.ts";

/**
 * The path of a set that the user named: "latest", a name in the folder of backups, or a path.
 *
 * @throws StackError where there is none.
 */
export async function locateSet(
  given: string,
  { backupDir, stackName, root }: { backupDir: string; stackName: string; root: string },
): Promise<string> {
  if (given === "latest") {
    const { sets } = await listSets(backupDir);
    const newest = sets.find(({ kind, manifest }) => {
      return kind === "backup" && manifest?.stack === stackName;
    });
    if (newest) return newest.path;
    throw new StackError(`The stack ${stackName} has no set in ${backupDir}.`, {
      remedy: "Make one: ./stack backup create",
    });
  }
  const candidates = [join(backupDir, given), resolve(given), resolve(root, given)];
  const found = candidates.find((path) => existsSync(path));
  if (found !== undefined) return found;
  throw new StackError(`There is no set called ${given}.`, {
    remedy: "See which there are: ./stack backup list",
  });
}
