import path from "node:path";
import { cacheDirectory } from "../os/cache-directory.ts";

/** Where the engine and its plugins are kept for all clones. */
export function toolchainDirectory(environment: NodeJS.ProcessEnv): string {
  return path.join(cacheDirectory(environment), "toolchain");
}
