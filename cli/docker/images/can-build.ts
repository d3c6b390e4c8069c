import { findOnPath } from "../../os/find-executable.ts";
import type { System } from "../host/start-plan.ts";
import { thisSystem } from "../host/system.ts";

/**
 * Whether infra/images/base/bootstrap.sh can work here: it makes the first layer from Debian packages,
 * with mmdebstrap, which only root can install.
 */
export function canBuild(
  { platform, distribution, isRoot }: System,
  has: (program: string) => boolean,
): boolean {
  const isDebian = distribution.some((name) => name === "debian" || name === "ubuntu");
  if (platform !== "linux" || !isDebian) return false;
  return has("bash") && has("apt-get") && (isRoot || has("mmdebstrap"));
}

export function canBuildHere(environment: NodeJS.ProcessEnv): boolean {
  return canBuild(
    thisSystem(environment),
    (program) => findOnPath(program, environment) !== undefined,
  );
}
