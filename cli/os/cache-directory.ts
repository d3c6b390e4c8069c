import { homedir } from "node:os";
import path from "node:path";
import { projectName } from "../../infra/project-name.ts";

/** A user-level cache, so that a second clone pays nothing; safe to delete at any time. */
export function cacheDirectory(environment: NodeJS.ProcessEnv): string {
  // The standard says that a relative path is to be ignored.
  const given = environment["XDG_CACHE_HOME"] ?? "";
  const cache = path.isAbsolute(given)
    ? given
    : path.join(environment["HOME"] ?? homedir(), ".cache");
  return path.join(cache, projectName);
}
